import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { errorWords, isConnectionLost } from '../errors.ts';
import { frameStyles } from '../frameStyles.ts';
import { concernsCard, type CardHass } from '../hass.ts';
import { icons } from '../icons.ts';
import { languageOf, type Language } from '../language.ts';
import { failure, outdatedHint, skeleton } from '../states.ts';
import { Chart } from './chart.ts';
import { configForm, readConfig, type StatisticsConfig } from './config.ts';
import { formatsOf, type Formats } from './formats.ts';
import { legend } from './legend.ts';
import { lookOf } from './look.ts';
import { modelOf, type Model } from './model.ts';
import { positionAfter } from './position.ts';
import { StatisticsFeed, type Followed } from './statisticsFeed.ts';
import { stubConfig } from './stub.ts';
import { statisticsStyles } from './styles.ts';
import { headingOf, statisticsTable, valueOf } from './table.ts';
import { textsOf, type Texts } from './texts.ts';

export const CARD_TYPE = 'cardcache-statistics-card';

const MINUTE = 60_000;

/** Long-term statistics, drawn from the cache. Holds nothing of value: see StatisticsFeed. */
export class StatisticsCard extends LitElement {
  static override readonly styles = [frameStyles, statisticsStyles];
  static readonly getConfigForm = configForm;
  static readonly getStubConfig = stubConfig;

  #hass: CardHass | undefined;
  #config: StatisticsConfig | undefined;
  #model: Model | undefined;
  #pointed: number | undefined;
  /** What could not be drawn. */
  #broken: unknown;
  #isTable = false;
  #chart: { place: HTMLElement; drawing: Chart } | undefined;
  #minute: ReturnType<typeof setInterval> | undefined;
  readonly #resized = new ResizeObserver(() => this.#draw());
  readonly #feed = new StatisticsFeed(() => this.#rebuild());

  setConfig(config: unknown): void {
    this.#config = readConfig(config);
    this.#pointed = undefined;
    this.#follow();
    this.#rebuild();
  }

  get hass(): CardHass | undefined {
    return this.#hass;
  }

  set hass(hass: CardHass | undefined) {
    const before = this.#hass;
    this.#hass = hass;
    if (before && hass && !concernsCard(before, hass) && themeOf(before) === themeOf(hass)) return;
    this.#follow();
    this.#rebuild();
  }

  getCardSize(): number {
    return 6;
  }

  getGridOptions(): object {
    return { columns: 12, rows: 6, min_columns: 6, min_rows: 5 };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow();
    this.#rebuild();
    this.#minute = setInterval(() => this.requestUpdate(), MINUTE);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#feed.stop();
    clearInterval(this.#minute);
    this.#removeChart();
  }

  protected override shouldUpdate(): boolean {
    return this.#hass !== undefined && this.#config !== undefined;
  }

  /** Whatever came past every check and cannot be drawn is dropped, so that neither this card nor the next one stays blank. */
  protected override render(): TemplateResult {
    const language = languageOf(this.#hass);
    const texts = textsOf(language.tag);
    try {
      if (this.#broken === undefined) return this.#card(language, texts);
    } catch (error) {
      this.#giveUp(error);
    }
    const again = { headline: texts.problem.headline, again: texts.retry };
    const why = describe(this.#broken, texts);
    return html`<ha-card>
      <div class="content" lang=${language.tag}>${failure({ ...again, why }, () => void this.#feed.retry())}</div>
    </ha-card>`;
  }

  #giveUp(error: unknown): void {
    this.#broken = error ?? new Error();
    this.#feed.forget();
    console.error('cardcache: statistics could not be drawn', error);
  }

  #card(language: Language, texts: Texts): TemplateResult {
    const model = this.#modelNow();
    const hasData = model.times.length > 0;
    return html`<ha-card>
      ${this.#header(hasData, texts, language)} ${this.#hint(hasData, texts, language)}
      <div class="content" lang=${language.tag}>
        ${hasData ? this.#statistics(model, texts, language) : this.#withoutData(texts, language)}
      </div>
    </ha-card>`;
  }

  protected override updated(): void {
    try {
      this.#draw();
    } catch (error) {
      this.#giveUp(error);
      this.#removeChart();
      this.requestUpdate();
    }
  }

  #header(hasData: boolean, texts: Texts, language: Language): TemplateResult {
    const { title, period = 'hour', days = 1 } = this.#config ?? {};
    const names = this.#feed.followed.map((each) => this.#nameOf(each));
    const label = this.#isTable ? texts.table.hide : texts.table.show;
    return html`<div class="header">
      <div class="titles">
        <h2 class="title">${title ?? (names.length > 0 ? language.list(names) : texts.title)}</h2>
        <div class="summary">${texts.window(days, language)} · ${texts.period[period]}</div>
      </div>
      ${
        hasData
          ? html`<button
              class="round"
              type="button"
              data-action="table"
              aria-label=${texts.table.show}
              aria-pressed=${this.#isTable ? 'true' : 'false'}
              title=${label}
              @click=${() => this.#toggleTable()}
            >
              ${icons.table}
            </button>`
          : nothing
      }
    </div>`;
  }

  /** Above data that may be out of date, or of which a part is missing. */
  #hint(hasData: boolean, texts: Texts, language: Language): TemplateResult | typeof nothing {
    if (!hasData) return nothing;
    const { problem } = texts;
    const { age } = this.#feed;
    const since = age === undefined || age < MINUTE ? '' : ` ${problem.from(language.age(age))}`;
    if (!this.#hass?.connected) return outdatedHint(`${problem.offline}${since}`, 'offline');
    const error = this.#error();
    if (error !== undefined) return outdatedHint(`${problem.stale} ${describe(error, texts)}${since}`, 'error');
    const unknown = this.#unknown();
    const notices = unknown.length > 0 ? [texts.unknown(language.list(unknown))] : [];
    for (const each of this.#feed.followed) {
      const { entity, rows } = each;
      if (entity.unit === undefined || !rows || rows.start.length === 0 || rows.unit === entity.unit) continue;
      notices.push(texts.unconverted(this.#nameOf(each), entity.unit, rows.unit));
    }
    return notices.length > 0 ? outdatedHint(notices.join(' '), 'error') : nothing;
  }

  #statistics(model: Model, texts: Texts, language: Language): TemplateResult {
    const { period = 'hour' } = this.#config ?? {};
    const formats = formatsOf(this.#hass, language);
    if (this.#isTable) return statisticsTable(model, period, formats, texts);
    const at = this.#position(model);
    return html`${legend(model, at, lookOf(this), formats, texts)}
      <div
        class="slider"
        role="slider"
        tabindex="0"
        data-points=${model.times.length}
        aria-label=${texts.position}
        aria-valuemin="0"
        aria-valuemax=${model.times.length - 1}
        aria-valuenow=${at}
        aria-valuetext=${this.#sentence(model, at, formats, texts)}
        @keydown=${(event: KeyboardEvent) => this.#onKey(event, model)}
        @blur=${() => this.#point(undefined)}
      >
        <div class="plot" aria-hidden="true"></div>
      </div>
      <div class="when">${formats.time(model.times[at] ?? 0, period)}</div>`;
  }

  #withoutData(texts: Texts, language: Language): TemplateResult {
    const again = { headline: texts.problem.headline, again: texts.retry };
    const retry = (): void => void this.#feed.retry();
    const unknown = this.#unknown();
    const error = this.#error();
    if (error !== undefined) return failure({ ...again, why: describe(error, texts) }, retry);
    if (unknown.length > 0 && unknown.length === this.#feed.followed.length) {
      return failure({ ...again, why: texts.unknown(language.list(unknown)) }, retry);
    }
    if (this.#feed.followed.every(({ rows, metadata }) => rows ?? metadata === null)) {
      return html`<div class="empty" data-state="empty">
        <div class="medal">${icons.clock}</div>
        <div class="headline">${texts.noData.headline}</div>
        <div class="hint">${texts.noData.hint}</div>
      </div>`;
    }
    if (!this.#hass?.connected) return failure({ ...again, why: texts.problem.offline }, retry);
    return skeleton(texts.loading);
  }

  /** What somebody hears who moves along the axis of time. */
  #sentence(model: Model, at: number, formats: Formats, texts: Texts): string {
    const values = model.series.map(
      (series) =>
        `${headingOf({ ...series, unit: '' }, model, texts)}: ${valueOf(series.values[at], series.unit, formats, texts)}`,
    );
    return [formats.time(model.times[at] ?? 0, this.#config?.period ?? 'hour'), ...values].join('; ');
  }

  #onKey(event: KeyboardEvent, model: Model): void {
    const next = positionAfter(event.key, this.#position(model), model.times.length);
    if (next === undefined) return;
    event.preventDefault();
    this.#point(next);
    this.#chart?.drawing.point(next);
  }

  #point(index: number | undefined): void {
    if (index === this.#pointed) return;
    this.#pointed = index;
    if (index === undefined) this.#chart?.drawing.point(undefined);
    this.requestUpdate();
  }

  /** Where nobody points, the newest. */
  #position({ times }: Model): number {
    return Math.min(this.#pointed ?? Infinity, Math.max(0, times.length - 1));
  }

  #toggleTable(): void {
    this.#isTable = !this.#isTable;
    this.requestUpdate();
  }

  #follow(): void {
    if (this.isConnected && this.#hass && this.#config) this.#feed.follow(this.#hass, this.#config);
  }

  #rebuild(): void {
    this.#model = this.#broken = undefined;
    this.requestUpdate();
  }

  #modelNow(): Model {
    const config = this.#config ?? readConfig(undefined);
    return (this.#model ??= modelOf(config, this.#feed.followed, (each) => this.#nameOf(each)));
  }

  #draw(): void {
    const place = this.renderRoot.querySelector<HTMLElement>('.plot');
    if (place !== (this.#chart?.place ?? null)) {
      this.#removeChart();
      if (place) {
        this.#chart = { place, drawing: new Chart(place, (index) => this.#point(index)) };
        this.#resized.observe(place);
      }
    }
    if (!this.#chart) return;
    const formats = formatsOf(this.#hass, languageOf(this.#hass));
    this.#chart.drawing.show(this.#modelNow(), lookOf(this), formats);
  }

  #removeChart(): void {
    this.#resized.disconnect();
    this.#chart?.drawing.destroy();
    this.#chart = undefined;
  }

  #nameOf({ entity, metadata }: Followed): string {
    const state = this.#hass?.states[entity.id] as { attributes?: { friendly_name?: unknown } } | undefined;
    const friendly = state?.attributes?.friendly_name;
    return entity.name ?? (typeof friendly === 'string' ? friendly : undefined) ?? metadata?.name ?? entity.id;
  }

  #error(): unknown {
    return this.#feed.followed.find(({ error }) => error !== undefined)?.error;
  }

  /** Of which Home Assistant keeps no statistics. */
  #unknown(): string[] {
    return this.#feed.followed.filter(({ metadata }) => metadata === null).map(({ entity }) => entity.id);
  }
}

function describe(error: unknown, texts: Texts): string {
  return isConnectionLost(error) ? texts.problem.connectionLost : (errorWords(error) ?? texts.problem.unknown);
}

/** Another object with every change of theme, dark or light. */
function themeOf(hass: CardHass): unknown {
  return (hass as { themes?: unknown }).themes;
}
