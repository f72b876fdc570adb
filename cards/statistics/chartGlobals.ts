import { ownLanguage } from '../ownLanguage.ts';

// The bundle (js/build/bundle.mjs) gives uPlot these two instead of the globals of the same names, because uPlot reads both while it
// loads: the language for a number format, the media query for the screen's pixel ratio.

export const navigator = { language: ownLanguage };

export const matchMedia: typeof globalThis.matchMedia = (query) =>
  typeof globalThis.matchMedia === 'function'
    ? globalThis.matchMedia(query)
    : (new EventTarget() as ReturnType<typeof globalThis.matchMedia>);
