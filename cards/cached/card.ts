import { errorWords } from '../errors.ts';
import type { CardHass } from '../hass.ts';
import { ownStyle } from '../ownStyle.ts';
import { isInPicker } from '../picker.ts';
import { isRecord } from '../records.ts';
import { CachedHass } from './cachedHass.ts';
import { configForm, readConfig, type CachedConfig } from './config.ts';
import { textsOf } from './texts.ts';

export const CARD_TYPE = 'cardcache-cached-card';

interface WrappedCard extends HTMLElement {
  hass?: CardHass;
  preview?: boolean;
  layout?: string;
  connectedWhileHidden?: boolean;
  getCardSize?(): number | Promise<number>;
  getGridOptions?(): object;
}

/** Of the web components' community protocol for contexts, which Lit follows. */
interface ContextRequest extends Event {
  callback?: (value: unknown, ...rest: unknown[]) => void;
}

interface CardHelpers {
  createCardElement(config: Record<string, unknown>): WrappedCard;
}

declare global {
  interface Window {
    loadCardHelpers?(): Promise<CardHelpers>;
  }
}

/** Shows another card, as it is, and stands between it and Home Assistant when it asks something. */
export class CachedCard extends HTMLElement {
  static readonly getConfigForm = configForm;

  static getStubConfig(
    hass: CardHass | undefined,
    unused: string[] = [],
    all: string[] = [],
  ): Pick<CachedConfig, 'card'> {
    const entities = [...unused, ...all];
    const calendar = entities.find((entity) => entity.startsWith('calendar.'));
    if (calendar !== undefined) return { card: { type: 'calendar', entities: [calendar] } };
    const entity = entities.find((one) => hasStatistics(hass?.states[one]));
    if (entity !== undefined) return { card: { type: 'statistics-graph', entities: [entity] } };
    return { card: { type: 'markdown', content: textsOf(document.documentElement.lang).sample } };
  }

  #hass: CardHass | undefined;
  #config: CachedConfig | undefined;
  #cached: CachedHass | undefined;
  #card: WrappedCard | undefined;
  #preview = false;
  #layout: string | undefined;
  #round = 0;
  readonly #style: Node[];

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    this.#style = ownStyle(
      root,
      ':host { display: block; height: 100% } :host([hidden]) { display: none } * { height: 100% }',
    );
    // As Home Assistant does for a card that hides itself: no empty room is left of it.
    root.addEventListener('card-visibility-changed', () => this.#followVisibility());
    root.addEventListener('context-request', (event) => this.#onContextRequest(event as ContextRequest));
  }

  setConfig(config: unknown): void {
    this.#config = readConfig(config);
    this.#cached = new CachedHass(this.#config.rules, () => void this.#build());
    void this.#build();
  }

  get hass(): CardHass | undefined {
    return this.#hass;
  }

  set hass(hass: CardHass | undefined) {
    const isFirst = this.#hass === undefined;
    this.#hass = hass;
    if (isFirst) void this.#build();
    else this.#hand();
  }

  /** Set by Home Assistant while the dashboard is edited. */
  get preview(): boolean {
    return this.#preview;
  }

  set preview(preview: boolean) {
    if (preview === this.#preview) return;
    this.#preview = preview;
    void this.#build();
  }

  get layout(): string | undefined {
    return this.#layout;
  }

  set layout(layout: string | undefined) {
    this.#layout = layout;
    this.#hand();
  }

  /** Conditional cards must be told of states while they are not to be seen. */
  get connectedWhileHidden(): boolean {
    return this.#card?.connectedWhileHidden ?? false;
  }

  getCardSize(): number | Promise<number> {
    return this.#card?.getCardSize?.() ?? 3;
  }

  getGridOptions(): object {
    const own = this.#config?.card.grid_options;
    return { ...this.#card?.getGridOptions?.(), ...(isRecord(own) && own) };
  }

  connectedCallback(): void {
    this.#hand();
  }

  /** Home Assistant makes the card, or one that says why it cannot. No card is made to render without a `hass`. */
  async #build(): Promise<void> {
    const config = this.#config;
    const round = ++this.#round;
    if (!config || !this.#hass) return;
    const helpers = await window.loadCardHelpers?.().catch(() => undefined);
    if (round !== this.#round) return;
    if (!helpers) {
      this.shadowRoot?.replaceChildren(...this.#style, textsOf(document.documentElement.lang).noHelpers);
      return;
    }
    this.#show(helpers, withConditions(config.card));
  }

  #show(helpers: CardHelpers, config: Record<string, unknown>): void {
    const card = helpers.createCardElement(config);
    // A card whose code arrives later asks to be made again, then.
    card.addEventListener(
      'll-rebuild',
      (event) => {
        event.stopPropagation();
        if (card === this.#card) void this.#build();
      },
      { once: true },
    );
    this.#card = card;
    try {
      this.#hand();
    } catch (error) {
      // Said in the card's place, as Home Assistant says it of a card that stands alone.
      console.error(config.type, error);
      this.#show(helpers, { type: 'error', message: errorWords(error) });
      return;
    }
    this.shadowRoot?.replaceChildren(...this.#style, card);
    this.#followVisibility();
    // How much room it takes is known only now.
    this.dispatchEvent(new Event('card-updated', { bubbles: true, composed: true }));
  }

  #followVisibility(): void {
    const hidden = this.#card?.hidden ?? false;
    if (hidden === this.hidden) return;
    this.hidden = hidden;
    this.dispatchEvent(new Event('card-visibility-changed', { bubbles: true, composed: true }));
  }

  /** Whoever edits a dashboard looks at how the card itself behaves. */
  get #isPlain(): boolean {
    return this.#preview || isInPicker(this);
  }

  #hand(): void {
    const card = this.#card;
    if (!card) return;
    card.preview = this.#preview;
    card.layout = this.#layout;
    if (this.#hass) card.hass = this.#isPlain || !this.#cached ? this.#hass : this.#cached.wrap(this.#hass);
  }

  /** Home Assistant's own cards ask whoever stands above them for parts of `hass`: they get the same parts as in their `hass`. */
  #onContextRequest(event: ContextRequest): void {
    const { callback } = event;
    if (typeof callback !== 'function') return;
    event.callback = (value, ...rest) =>
      callback(
        !this.#isPlain && typeof value === 'object' && value !== null ? this.#cached?.substitute(value) : value,
        ...rest,
      );
  }
}

/** Conditions under which a card is shown are not the card's own business: Home Assistant's card for conditions has to keep to them. */
function withConditions(card: Record<string, unknown>): Record<string, unknown> {
  const { visibility } = card;
  return Array.isArray(visibility) && visibility.length > 0
    ? { type: 'conditional', conditions: visibility, card }
    : card;
}

/** Home Assistant keeps statistics of what says how it is measured. */
function hasStatistics(state: unknown): boolean {
  return isRecord(state) && isRecord(state.attributes) && state.attributes.state_class !== undefined;
}
