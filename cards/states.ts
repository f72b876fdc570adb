import { html, type TemplateResult } from 'lit';
import { icons } from './icons.ts';

/** Shown while there is no data yet. */
export function skeleton(loading: string): TemplateResult {
  return html`<div class="skeleton" data-state="loading" role="status" aria-busy="true" aria-label=${loading}>
    ${['62%', '48%', '71%', '40%'].map(
      (width) =>
        html`<div class="bone"><span class="disc"></span><span class="line" style="width: ${width}"></span></div>`,
    )}
  </div>`;
}

/** Shown for an answer with nothing in it. */
export function emptyState(icon: TemplateResult, { title, hint }: { title: string; hint: string }): TemplateResult {
  return html`<div class="empty" data-state="empty">
    <div class="medal">${icon}</div>
    <div class="headline">${title}</div>
    <div class="hint">${hint}</div>
  </div>`;
}

/** Shown in place of data that could not be loaded, with the reason. */
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

/** Shown above data that may be out of date. */
export function outdatedHint(what: string, state: 'offline' | 'error'): TemplateResult {
  return html`<div class="outdated" data-state=${state} role="status">
    ${state === 'offline' ? icons.offline : icons.alert}
    <span>${what}</span>
  </div>`;
}
