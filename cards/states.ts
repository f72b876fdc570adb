import { html, type TemplateResult } from 'lit';
import { icons } from './icons.ts';

/** What stands in a card's place while there is nothing to show yet. */
export function skeleton(loading: string): TemplateResult {
  return html`<div class="skeleton" data-state="loading" role="status" aria-busy="true" aria-label=${loading}>
    ${['62%', '48%', '71%', '40%'].map(
      (width) =>
        html`<div class="bone"><span class="disc"></span><span class="line" style="width: ${width}"></span></div>`,
    )}
  </div>`;
}

/** A good answer with nothing in it. */
export function emptyState(icon: TemplateResult, { title, hint }: { title: string; hint: string }): TemplateResult {
  return html`<div class="empty" data-state="empty">
    <div class="medal">${icon}</div>
    <div class="headline">${title}</div>
    <div class="hint">${hint}</div>
  </div>`;
}

/** Nothing to show and a reason why. */
export function failure(
  { headline, why, again }: { headline: string; why: string; again: string },
  retry: () => void,
): TemplateResult {
  return html`<div class="empty" data-state="error" role="alert">
    <div class="medal problem">${icons.alert}</div>
    <div class="headline">${headline}</div>
    <div class="hint">${why}</div>
    <button class="text" type="button" data-action="retry" @click=${retry}>${again}</button>
  </div>`;
}

/** Above what may be out of date. */
export function outdatedHint(what: string, state: 'offline' | 'error'): TemplateResult {
  return html`<div class="outdated" data-state=${state} role="status">
    ${state === 'offline' ? icons.offline : icons.alert}
    <span>${what}</span>
  </div>`;
}
