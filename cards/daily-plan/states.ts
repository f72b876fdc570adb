import { html, type TemplateResult } from 'lit';
import { icons } from '../icons.ts';
import { errorCode, errorMessage, isConnectionLost, TaskTrackerError } from '../tasktracker/service.ts';
import type { Texts } from './texts.ts';

export function skeleton(texts: Texts): TemplateResult {
  return html`<div class="skeleton" data-state="loading" role="status" aria-busy="true" aria-label=${texts.loading}>
    ${['62%', '48%', '71%', '40%'].map(
      (width) =>
        html`<div class="bone"><span class="disc"></span><span class="line" style="width: ${width}"></span></div>`,
    )}
  </div>`;
}

export function allDone(texts: Texts): TemplateResult {
  return html`<div class="empty" data-state="empty">
    <div class="medal">${icons.sun}</div>
    <div class="headline">${texts.allDone.title}</div>
    <div class="hint">${texts.allDone.hint}</div>
  </div>`;
}

/** Nothing to show and a reason why. */
export function failure(why: string, texts: Texts, retry: () => void): TemplateResult {
  return html`<div class="empty" data-state="error" role="alert">
    <div class="medal problem">${icons.alert}</div>
    <div class="headline">${texts.problem.noPlan}</div>
    <div class="hint">${why}</div>
    <button class="text" type="button" data-action="retry" @click=${retry}>${texts.retry}</button>
  </div>`;
}

/** Above a plan that may be out of date. */
export function outdatedHint(
  what: string,
  age: string | undefined,
  state: 'offline' | 'error',
  texts: Texts,
): TemplateResult {
  return html`<div class="outdated" data-state=${state} role="status">
    ${state === 'offline' ? icons.offline : icons.alert}
    <span>${what} ${age === undefined ? '' : texts.problem.planFrom(age)}</span>
  </div>`;
}

/** Why something failed, in words for the person in front of the card. */
export function describe(error: unknown, texts: Texts): string {
  if (isConnectionLost(error)) return texts.problem.connectionLost;
  if (errorCode(error) === 'not_found') return texts.problem.notReady;
  if (error instanceof TaskTrackerError) return error.message;
  return errorMessage(error) ?? texts.problem.unknown;
}
