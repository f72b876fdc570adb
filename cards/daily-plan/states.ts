import { html, type TemplateResult } from 'lit';
import { errorCode, isConnectionLost } from '../errors.ts';
import { icons } from '../icons.ts';
import { failure } from '../states.ts';
import { errorMessage, TaskTrackerError } from '../tasktracker/service.ts';
import type { Texts } from './texts.ts';

export function allDone(texts: Texts): TemplateResult {
  return html`<div class="empty" data-state="empty">
    <div class="medal">${icons.sun}</div>
    <div class="headline">${texts.allDone.title}</div>
    <div class="hint">${texts.allDone.hint}</div>
  </div>`;
}

export function noPlan(why: string, texts: Texts, retry: () => void): TemplateResult {
  return failure({ headline: texts.problem.noPlan, why, again: texts.retry }, retry);
}

/** Why something failed, in words for the person in front of the card. */
export function describe(error: unknown, texts: Texts): string {
  if (isConnectionLost(error)) return texts.problem.connectionLost;
  if (errorCode(error) === 'not_found') return texts.problem.notReady;
  if (error instanceof TaskTrackerError) return error.message;
  return errorMessage(error) ?? texts.problem.unknown;
}
