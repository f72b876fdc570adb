import { html, nothing, type TemplateResult } from 'lit';
import { icons } from '../icons.ts';
import type { Texts } from './texts.ts';

/** What came of the last thing the person did. */
export interface Notice {
  text: string;
  tone: 'done' | 'problem';
  undo?: () => void;
}

/** Not a live region itself: the card's own says the same text, and says it once. */
export function noticeBar(
  notice: Notice | undefined,
  texts: Texts,
  dismiss: () => void,
): TemplateResult | typeof nothing {
  if (!notice) return nothing;
  return html`<div class="notice" data-part="notice" data-tone=${notice.tone}>
    ${notice.tone === 'done' ? icons.check : icons.alert}
    <span class="said">${notice.text}</span>
    ${
      notice.undo
        ? html`<button class="text" type="button" data-action="undo" @click=${notice.undo}>${texts.undo}</button>`
        : nothing
    }
    <button
      class="round small"
      type="button"
      data-action="dismiss"
      aria-label=${texts.dismiss}
      title=${texts.dismiss}
      @click=${dismiss}
    >
      ${icons.close}
    </button>
  </div>`;
}
