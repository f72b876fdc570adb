import { errorWords } from '../errors.ts';
import type { CardHass } from '../hass.ts';
import { ownStyle } from '../ownStyle.ts';
import { isInPicker } from '../picker.ts';
import { isRecord } from '../records.ts';
import { CachedHass } from './cachedHass.ts';
import { configForm, readConfig, type CachedConfig } from './config.ts';
import { gridOptionsOf, setLayout, setPreview, sizeOf, withConditions, type HostedCard } from './hostedCard.ts';
import { sameAnswer } from './sameAnswer.ts';
import { textsOf } from './texts.ts';

export const CARD_TYPE = 'cardcache-cached-card';

/** The event of the web components' community protocol for contexts, which Lit uses. */
interface ContextRequest extends Event {
  callback?: (value: unknown, ...rest: unknown[]) => void;
}

interface CardHelpers {
  createCardElement(config: Record<string, unknown>): HostedCard;
}

declare global {
  interface Window {
    loadCardHelpers?(): Promise<CardHelpers>;
  }
}

/** Shows another card unchanged and answers its requests to Home Assistant from the cache. */
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
  /** The configuration as Home Assistant passed it. */
  #given: unknown;
  #cached: CachedHass | undefined;
  #helpers: CardHelpers | undefined;
  #card: HostedCard | undefined;
  /** The wrapped card's configuration, or that of the error card in its place. */
  #shown: Record<string, unknown> | undefined;
  #handed: CardHass | undefined;
  #preview = false;
  #layout: string | undefined;
  #round = 0;
  /** The card got outdated answers while it was disconnected. */
  #isOutdated = false;
  #resolveShown: (() => void) | undefined;
  readonly #whenShown = new Promise<void>((resolve) => {
    this.#resolveShown = resolve;
  });
  readonly #style: Node[];

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    this.#style = ownStyle(
      root,
      ':host { display: block; height: 100% } :host([hidden]) { display: none } * { height: 100% }',
    );
    root.addEventListener('context-request', (event) => this.#onContextRequest(event as ContextRequest));
  }

  setConfig(config: unknown): void {
    const next = readConfig(config);
    const isSame = sameAnswer({ ...(this.#given as object), card: 0 }, { ...(config as object), card: 0 });
    this.#given = config;
    this.#config = next;
    if (isSame && !this.#preview && this.#reconfigure(withConditions(next.card))) return;
    const cached = new CachedHass(next.rules, () => {
      if (cached === this.#cached) this.#onOutdated();
    });
    this.#cached = cached;
    void this.#build();
  }

  /** Like `hui-card`: a card of the same type stays and gets the new configuration. */
  #reconfigure(config: Record<string, unknown>): boolean {
    const card = this.#card;
    if (config.type !== this.#shown?.type || !card?.setConfig || card.localName === 'hui-error-card') return false;
    try {
      card.setConfig(config);
    } catch {
      // Rebuilding the card shows the error.
      return false;
    }
    this.#shown = config;
    this.#tell('card-updated');
    return true;
  }

  get hass(): CardHass | undefined {
    return this.#hass;
  }

  set hass(hass: CardHass | undefined) {
    const isFirst = this.#hass === undefined;
    this.#hass = hass;
    if (isFirst) void this.#build();
    else this.#attempt((card) => this.#handHass(card));
  }

  /** Set by Home Assistant while the dashboard is edited. */
  get preview(): boolean {
    return this.#preview;
  }

  set preview(preview: boolean) {
    if (preview === this.#preview) return;
    this.#preview = preview;
    this.#attempt((card) => {
      this.#handHass(card);
      setPreview(card, preview);
      this.#followVisibility(card);
      this.#tell('card-updated');
    });
  }

  get layout(): string | undefined {
    return this.#layout;
  }

  set layout(layout: string | undefined) {
    this.#layout = layout;
    this.#attempt((card) => setLayout(card, layout));
  }

  /** Conditional cards need state updates while they are hidden. */
  get connectedWhileHidden(): boolean {
    return this.#card?.connectedWhileHidden ?? false;
  }

  getCardSize(): number | Promise<number> {
    return this.#card ? sizeOf(this.#card) : this.#whenShown.then(() => (this.#card ? sizeOf(this.#card) : 1));
  }

  getGridOptions(): object {
    return gridOptionsOf(this.#card, this.#config?.card ?? {});
  }

  connectedCallback(): void {
    // As when the dashboard is opened: answers that came while nobody looked may be old by now.
    if (this.#isOutdated) void this.#build();
    // Only a connected card can tell whether it is in the card picker.
    else this.#attempt((card) => this.#handHass(card, true));
  }

  #onOutdated(): void {
    this.#isOutdated = !this.isConnected;
    if (this.isConnected) void this.#build(true);
  }

  /** Home Assistant creates the card, or an error card. No card is created before there is a `hass`. */
  async #build(isAgain = false): Promise<void> {
    const config = this.#config;
    const round = ++this.#round;
    this.#isOutdated = false;
    if (!config || !this.#hass) return;
    this.#helpers ??= await window.loadCardHelpers?.().catch(() => undefined);
    if (round !== this.#round) return;
    if (this.#helpers) this.#show(withConditions(config.card), isAgain);
    else this.shadowRoot?.replaceChildren(...this.#style, textsOf(document.documentElement.lang).noHelpers);
    this.#resolveShown?.();
  }

  /** In the order of Home Assistant's `hui-card`, with `hass` twice: some cards render the previous `hass`. */
  #show(config: Record<string, unknown>, isAgain: boolean): void {
    const card = this.#helpers?.createCardElement(config);
    if (!card) return;
    this.#card = card;
    this.#shown = config;
    this.#handed = undefined;
    this.#cached?.open(isAgain);
    this.#listen(card);
    const isWell = this.#attempt(() => {
      this.#handHass(card);
      card.layout = this.#layout;
      setPreview(card, this.#preview);
      this.shadowRoot?.replaceChildren(...this.#style, card);
      this.#handHass(card);
      setPreview(card, this.#preview);
      setLayout(card, this.#layout);
    });
    if (!isWell) return;
    this.#followVisibility(card);
    // Only now the card knows whether it stays connected while hidden, and its size.
    if (card.connectedWhileHidden === true) this.#tell('card-visibility-changed', { value: !this.hidden });
    this.#tell('card-updated');
  }

  #listen(card: HostedCard): void {
    const on = (name: string, listener: () => void, options?: AddEventListenerOptions): void =>
      card.addEventListener(
        name,
        (event) => {
          event.stopPropagation();
          if (card === this.#card) listener();
        },
        options,
      );
    // A card that hides itself must not leave an empty space.
    on('card-visibility-changed', () => this.#followVisibility(card));
    // The code of Home Assistant's own cards loads later. Other cards ask for a rebuild when their code is there.
    const handAgain = (): void => {
      this.#cached?.open(false);
      this.#attempt(() => this.#handHass(card));
      this.#tell('card-updated');
    };
    on('ll-upgrade', handAgain, { once: true });
    on('ll-rebuild', () => void this.#build(), { once: true });
  }

  /** Shows what the card throws in its place, as Home Assistant does for a card that stands alone. */
  #attempt(action: (card: HostedCard) => void): boolean {
    const card = this.#card;
    if (!card) return false;
    try {
      action(card);
      return true;
    } catch (error) {
      const type = this.#shown?.type;
      console.error(`cardcache: the wrapped card ${String(type)} failed`, error);
      if (type !== 'error') this.#show({ type: 'error', message: errorWords(error) }, false);
      return false;
    }
  }

  #followVisibility(card: HostedCard): void {
    const hidden = card.hidden || (!this.#preview && this.#config?.card.disabled === true);
    if (hidden === this.hidden) return;
    this.hidden = hidden;
    this.#tell('card-visibility-changed', { value: !hidden });
  }

  #tell(name: string, detail?: object): void {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));
  }

  /** While the dashboard is edited, the card uses the real `hass`. */
  get #isPlain(): boolean {
    return this.#preview || isInPicker(this);
  }

  #handHass(card: HostedCard, onlyAnother = false): void {
    if (!this.#hass) return;
    const hass = this.#isPlain || !this.#cached ? this.#hass : this.#cached.wrap(this.#hass);
    if (onlyAnother && hass === this.#handed) return;
    this.#handed = hass;
    card.hass = hass;
  }

  /** Home Assistant's own cards request parts of `hass` from an ancestor by an event. They get the same parts as in their `hass`. */
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

/** Home Assistant keeps statistics of entities with a `state_class`. */
function hasStatistics(state: unknown): boolean {
  return isRecord(state) && isRecord(state.attributes) && state.attributes.state_class !== undefined;
}
