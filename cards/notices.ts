import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { icons } from './icons.ts';

/** The outcome of the user's last action. */
export interface Notice {
  text: string;
  tone: 'done' | 'problem';
  undo?: () => void;
}

const STAYS = 10_000;

/** Shows one notice at a time, and announces texts to screen readers. */
export class Notices implements ReactiveController {
  #notice: Notice | undefined;
  #said = '';
  #hide: ReturnType<typeof setTimeout> | undefined;
  readonly #host: ReactiveControllerHost & Element;

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  get isShowing(): boolean {
    return this.#notice !== undefined;
  }

  show(notice: Notice | undefined): void {
    clearTimeout(this.#hide);
    this.#notice = notice;
    if (notice) {
      this.#said = notice.text;
      if (this.#host.isConnected) this.#hide = setTimeout(() => this.show(undefined), STAYS);
    }
    this.#host.requestUpdate();
  }

  /** Announces what is already visible. */
  say(text: string): void {
    this.#said = text;
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    clearTimeout(this.#hide);
    this.#notice = undefined;
  }

  render(texts: { undo: string; dismiss: string }): TemplateResult {
    return html`${this.#bar(texts)}
      <div class="spoken" role="status" aria-live="polite">${this.#said}</div>`;
  }

  /** Not a live region itself, because the same text is already announced. */
  #bar(texts: { undo: string; dismiss: string }): TemplateResult | typeof nothing {
    const notice = this.#notice;
    if (!notice) return nothing;
    const { undo } = notice;
    return html`<div class="notice" data-part="notice" data-tone=${notice.tone}>
      ${notice.tone === 'done' ? icons.check : icons.alert}
      <span class="said">${notice.text}</span>
      ${
        undo
          ? html`<button class="text" type="button" data-action="undo" @click=${undo}>${texts.undo}</button>`
          : nothing
      }
      <button
        class="round small"
        type="button"
        data-action="dismiss"
        aria-label=${texts.dismiss}
        title=${texts.dismiss}
        @click=${() => this.show(undefined)}
      >
        ${icons.close}
      </button>
    </div>`;
  }
}
