import { html, type TemplateResult } from 'lit';
import { DashboardCard } from '../dashboardCard.ts';
import { frameStyles } from '../frameStyles.ts';
import type { CardHass } from '../hass.ts';
import { icons } from '../icons.ts';
import type { Language } from '../language.ts';
import { emptyState } from '../states.ts';
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

/** Long-term statistics, drawn from the cache. StatisticsFeed holds the data. */
export class StatisticsCard extends DashboardCard<StatisticsConfig, Texts> {
  static override readonly styles = [frameStyles, statisticsStyles];
  static readonly getConfigForm = configForm;
  static readonly getStubConfig = stubConfig;

  #model: Model | undefined;
  #pointed: number | undefined;
  /** Why the statistics could not be drawn. */
  #broken: unknown;
  #isTable = false;
  #chart: { place: HTMLElement; drawing: Chart } | undefined;
  readonly #resized = new ResizeObserver(() => this.#draw());
  readonly #feed = new StatisticsFeed(() => this.#rebuild());

  setConfig(config: unknown): void {
    this.#pointed = undefined;
    this.configure(readConfig(config));
  }

  /** The chart takes its colours from the theme. */
  protected override concerns(before: CardHass, after: CardHass): boolean {
    return super.concerns(before, after) || themeOf(before) !== themeOf(after);
  }

  getCardSize(): number {
    return 6;
  }

  override getGridOptions(): object {
    return { columns: 12, rows: 6, min_columns: 6, min_rows: 5 };
  }

  override get texts(): Texts {
    return textsOf(this.language.tag);
  }

  protected override follow(hass: CardHass, config: StatisticsConfig): void {
    this.#feed.follow(hass, config);
    this.#rebuild();
  }

  protected override unfollow(): void {
    this.#feed.stop();
    this.#removeChart();
  }

  protected override async retry(): Promise<void> {
    await this.#feed.retry();
  }

  /** Data that passes every check and still cannot be drawn is dropped, so that neither this card nor the next stays blank. */
  protected override render(): TemplateResult {
    const { language, texts } = this;
    try {
      if (this.#broken === undefined) return this.#card(language, texts);
    } catch (error) {
      this.#giveUp(error);
    }
    return html`<ha-card>
      <div class="content" lang=${language.tag}>${this.withoutData(this.describe(this.#broken))}</div>
    </ha-card>`;
  }

  #giveUp(error: unknown): void {
    this.#broken = error ?? new Error();
    this.#feed.forget();
    console.error('cardcache: statistics could not be drawn; their cached copy was dropped', error);
  }

  #card(language: Language, texts: Texts): TemplateResult {
    const model = this.#modelNow();
    const hasData = model.times.length > 0;
    const { title, period = 'hour', days = 1 } = this.config ?? {};
    const names = this.#feed.followed.map((each) => this.#nameOf(each));
    return this.frame({
      title: title ?? (names.length > 0 ? language.list(names) : texts.title),
      summary: `${texts.window(days, language)} · ${texts.period[period]}`,
      button: hasData ? this.#tableButton(texts) : undefined,
      hint: hasData ? this.hint(this.#feed.age, this.stale(this.#error()), this.#gaps(texts, language)) : undefined,
      content: hasData ? this.#statistics(model, texts, language) : this.#withoutRows(texts, language),
    });
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

  #tableButton(texts: Texts): TemplateResult {
    return html`<button
      class="round"
      type="button"
      data-action="table"
      aria-label=${texts.table.show}
      aria-pressed=${this.#isTable ? 'true' : 'false'}
      title=${this.#isTable ? texts.table.hide : texts.table.show}
      @click=${() => this.#toggleTable()}
    >
      ${icons.table}
    </button>`;
  }

  #statistics(model: Model, texts: Texts, language: Language): TemplateResult {
    const { period = 'hour' } = this.config ?? {};
    const formats = formatsOf(this.hass, language);
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

  #withoutRows(texts: Texts, language: Language): TemplateResult {
    const unknown = this.#unknown();
    const { followed } = this.#feed;
    const error = this.#error();
    if (error !== undefined) return this.withoutData(this.describe(error));
    if (unknown.length > 0 && unknown.length === followed.length) {
      return this.withoutData(texts.unknown(language.list(unknown)));
    }
    if (followed.every(({ rows, metadata }) => rows ?? metadata === null)) return emptyState(icons.clock, texts.noData);
    return this.withoutData(undefined);
  }

  /** The text that screen readers read for a point on the time axis. */
  #sentence(model: Model, at: number, formats: Formats, texts: Texts): string {
    const values = model.series.map(
      (series) =>
        `${headingOf({ ...series, unit: '' }, model, texts)}: ${valueOf(series.values[at], series.unit, formats, texts)}`,
    );
    return [formats.time(model.times[at] ?? 0, this.config?.period ?? 'hour'), ...values].join('; ');
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

  /** The selected point; the newest if none is selected. */
  #position({ times }: Model): number {
    return Math.min(this.#pointed ?? Infinity, Math.max(0, times.length - 1));
  }

  #toggleTable(): void {
    this.#isTable = !this.#isTable;
    this.requestUpdate();
  }

  #rebuild(): void {
    this.#model = this.#broken = undefined;
    this.requestUpdate();
  }

  #modelNow(): Model {
    const config = this.config ?? readConfig(undefined);
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
    const formats = formatsOf(this.hass, this.language);
    this.#chart.drawing.show(this.#modelNow(), lookOf(this), formats);
  }

  #removeChart(): void {
    this.#resized.disconnect();
    this.#chart?.drawing.destroy();
    this.#chart = undefined;
  }

  #nameOf({ entity, metadata }: Followed): string {
    const state = this.hass?.states[entity.id] as { attributes?: { friendly_name?: unknown } } | undefined;
    const friendly = state?.attributes?.friendly_name;
    return entity.name ?? (typeof friendly === 'string' ? friendly : undefined) ?? metadata?.name ?? entity.id;
  }

  #error(): unknown {
    return this.#feed.followed.find(({ error }) => error !== undefined)?.error;
  }

  /** What the chart lacks, though every request succeeded. */
  #gaps(texts: Texts, language: Language): string | undefined {
    const unknown = this.#unknown();
    const gaps = unknown.length > 0 ? [texts.unknown(language.list(unknown))] : [];
    for (const each of this.#feed.followed) {
      const { entity, rows } = each;
      if (entity.unit === undefined || !rows || rows.start.length === 0 || rows.unit === entity.unit) continue;
      gaps.push(texts.unconverted(this.#nameOf(each), entity.unit, rows.unit));
    }
    return gaps.length > 0 ? gaps.join(' ') : undefined;
  }

  /** The statistics that Home Assistant does not keep. */
  #unknown(): string[] {
    return this.#feed.followed.filter(({ metadata }) => metadata === null).map(({ entity }) => entity.id);
  }
}

/** The theme: a new object after each change of theme or of dark mode. */
function themeOf(hass: CardHass): unknown {
  return (hass as { themes?: unknown }).themes;
}
