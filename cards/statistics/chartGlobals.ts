import { ownLanguage } from '../ownLanguage.ts';

// They stand in uPlot for the globals of the same names (js/bundle.mjs): it makes a number format of the one, and asks the other,
// while it loads.

export const navigator = { language: ownLanguage };

export const matchMedia: typeof globalThis.matchMedia = (query) =>
  typeof globalThis.matchMedia === 'function'
    ? globalThis.matchMedia(query)
    : (new EventTarget() as ReturnType<typeof globalThis.matchMedia>);
