import { html, LitElement, type TemplateResult } from 'lit';
import { errorWords, isConnectionLost } from './errors.ts';
import { concernsCard, type CardHass } from './hass.ts';
import { languageOf, type Language } from './language.ts';
import { failure, outdatedHint, skeleton } from './states.ts';

const MINUTE = 60_000;

/** The texts that every card has. */
export interface CardTexts {
  loading: string;
  retry: string;
  problem: {
    /** Above a problem that leaves nothing to show. */
    headline: string;
    /** Tells how old the shown data is. */
    from(age: string): string;
    offline: string;
    stale: string;
    connectionLost: string;
    unknown: string;
  };
}

/** The parts of a card, from top to bottom. */
interface Frame {
  title: string;
  summary: string | undefined;
  button?: TemplateResult | undefined;
  hint: TemplateResult | undefined;
  content: TemplateResult;
  notices?: TemplateResult;
}

/**
 * The life of a card in a dashboard. It follows its data while it is connected and has both `hass` and a configuration. It renders
 * again when one of them changes, and each minute, because texts such as "5 minutes ago" age. Cards hold nothing of value: Home
 * Assistant replaces their elements after every reconnect.
 */
export abstract class DashboardCard<Config, Texts extends CardTexts> extends LitElement {
  protected config: Config | undefined;
  #hass: CardHass | undefined;
  #minute: ReturnType<typeof setInterval> | undefined;

  abstract get texts(): Texts;
  /** Called often: follows what these two name, and is cheap if it follows that already. */
  protected abstract follow(hass: CardHass, config: Config): void;
  protected abstract unfollow(): void;
  /** Requests the missing data again. */
  protected abstract retry(): Promise<void>;

  protected configure(config: Config): void {
    this.config = config;
    this.refollow();
  }

  get hass(): CardHass | undefined {
    return this.#hass;
  }

  set hass(hass: CardHass | undefined) {
    const before = this.#hass;
    this.#hass = hass;
    if (!before || !hass || this.concerns(before, hass)) this.refollow();
  }

  /** Whether the card has to look at the new `hass`. */
  protected concerns(before: CardHass, after: CardHass): boolean {
    return concernsCard(before, after);
  }

  getGridOptions(): object {
    return { columns: 12, min_columns: 6, min_rows: 3 };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.refollow();
    this.#minute = setInterval(() => this.requestUpdate(), MINUTE);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#minute);
    this.unfollow();
  }

  protected refollow(): void {
    if (this.isConnected && this.#hass && this.config) this.follow(this.#hass, this.config);
    this.requestUpdate();
  }

  protected override shouldUpdate(): boolean {
    return this.#hass !== undefined && this.config !== undefined;
  }

  get language(): Language {
    return languageOf(this.#hass);
  }

  /** Tells a person why something failed. */
  describe(error: unknown, words = errorWords(error)): string {
    const { problem } = this.texts;
    return isConnectionLost(error) ? problem.connectionLost : (words ?? problem.unknown);
  }

  protected frame({ title, summary, button, hint, content, notices }: Frame): TemplateResult {
    return html`<ha-card>
      <div class="header">
        <div class="titles">
          <h2 class="title">${title}</h2>
          ${summary && html`<div class="summary"><bdi>${summary}</bdi></div>`}
        </div>
        ${button}
      </div>
      ${hint}
      <div class="content" lang=${this.language.tag}>${content}</div>
      ${notices}
    </ha-card>`;
  }

  /** Above data that may be out of date, because Home Assistant is out of reach or because of `problem`, or that is incomplete. */
  protected hint(
    age: number | undefined,
    problem: string | undefined,
    incomplete?: string,
  ): TemplateResult | undefined {
    const texts = this.texts.problem;
    const since = age === undefined || age < MINUTE ? '' : ` ${texts.from(this.language.age(age))}`;
    if (!this.#hass?.connected) return outdatedHint(texts.offline + since, 'offline');
    const what = problem === undefined ? incomplete : problem + since;
    return what === undefined ? undefined : outdatedHint(what, 'error');
  }

  /** The problem for `hint` after a refresh that failed. */
  protected stale(error: unknown): string | undefined {
    return error === undefined ? undefined : `${this.texts.problem.stale} ${this.describe(error)}`;
  }

  /** In place of data that is not there: the reason, or a skeleton while it loads. */
  protected withoutData(problem: string | undefined): TemplateResult {
    const { texts } = this;
    if (problem === undefined && this.#hass?.connected) return skeleton(texts.loading);
    return failure(
      { headline: texts.problem.headline, why: problem ?? texts.problem.offline, again: texts.retry },
      () => void this.retry(),
    );
  }
}
