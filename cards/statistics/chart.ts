import uPlot from 'uplot';
import type { Formats } from './formats.ts';
import { colorOf, translucent, type Look } from './look.ts';
import { stepOf, type Model, type Series } from './model.ts';

const AXIS_SPACE = 64;
const BAR_GROUP = 0.8;
/* eslint-disable @typescript-eslint/no-unsafe-enum-assignment -- the library's enums have names in its types alone */
const SCALE_VALUE = 1 as uPlot.Series.BarsPathBuilderFacetUnit;
const LEFT = 3 as uPlot.Axis.Side;
const RIGHT = 1 as uPlot.Axis.Side;
/* eslint-enable @typescript-eslint/no-unsafe-enum-assignment */

/** Draws the chart with uPlot. Text and a table beside it show the same, so it is hidden from screen readers. */
export class Chart {
  readonly #place: HTMLElement;
  readonly #pointed: (index: number | undefined) => void;
  #plot: uPlot | undefined;
  #drawn: { shape: string; model: Model } | undefined;

  constructor(place: HTMLElement, pointed: (index: number | undefined) => void) {
    this.#place = place;
    this.#pointed = pointed;
  }

  /** Redraws only what has changed. */
  show(model: Model, look: Look, formats: Formats): void {
    const { clientWidth: width, clientHeight: height } = this.#place;
    // The place is not laid out, or hidden.
    if (width === 0 || height === 0) return;
    const { series, chart, units, bands } = model;
    const parts = series.map(({ entity, type, unit, color }) => [entity, type, unit, color]);
    const shape = JSON.stringify([parts, chart, units, bands, look, formats.timeZone, formats.tick(0, 0)]);
    const drawn = this.#drawn;
    if (this.#plot && drawn?.shape === shape) {
      // The scales come before the data, because they determine how it is spread.
      this.#drawn = { shape, model };
      if (drawn.model !== model) this.#plot.setData(dataOf(model));
      if (this.#plot.width !== width || this.#plot.height !== height) this.#plot.setSize({ width, height });
    } else {
      this.destroy();
      this.#plot = new uPlot(this.#options(model, look, formats, { width, height }), dataOf(model), this.#place);
      this.#drawn = { shape, model };
    }
  }

  /** Selects one period, as a mouse does. */
  point(index: number | undefined): void {
    const plot = this.#plot;
    const time = index === undefined ? undefined : this.#drawn?.model.times[index];
    if (!plot) return;
    const left = time === undefined ? -10 : plot.valToPos(time, 'x');
    plot.setCursor({ left, top: time === undefined ? -10 : 0 }, false);
  }

  destroy(): void {
    this.#plot?.destroy();
    this.#plot = this.#drawn = undefined;
  }

  #options(model: Model, look: Look, formats: Formats, size: { width: number; height: number }): uPlot.Options {
    const pen = document.createElement('canvas').getContext('2d');
    const fill = (color: string, alpha: number): string => (pen ? translucent(pen, color, alpha) : color);
    const colors = model.series.map(({ entity, color }) => colorOf(look, entity, color));
    const inBand = new Set(model.bands.flat());
    return {
      ...size,
      ms: 1,
      tzDate: (instant) => uPlot.tzDate(new Date(instant), formats.timeZone),
      legend: { show: false },
      // Half of the last tick's label lies beyond it.
      padding: [12, 20, 0, 8],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      scales: { x: { time: true, range: () => spanOf(this.#drawn?.model ?? model) }, ...scalesOf(model) },
      axes: [timeAxis(look, formats), ...model.units.map((unit, index) => valueAxis(unit, index, look, formats))],
      series: [
        {},
        ...model.series.map((series, index) =>
          seriesOf(series, index, model, colors[index] ?? look.text, inBand.has(index), fill),
        ),
      ],
      bands: model.bands.map(([upper, lower]) => ({
        series: [upper + 1, lower + 1],
        fill: fill(colors[upper] ?? look.text, 0.18),
      })),
      hooks: { setCursor: [({ cursor }) => this.#pointed(cursor.idx ?? undefined)] },
    };
  }
}

function dataOf({ times, series }: Model): uPlot.AlignedData {
  return [times, ...series.map(({ values }) => values)];
}

/** Half a period more on either side, because bars are centred on their period. */
function spanOf({ times, chart }: Model): [number, number] {
  const [first = 0, last = first] = [times[0], times.at(-1)];
  const more = chart === 'bar' || first === last ? stepOf(times) / 2 : 0;
  return [first - more, last + more];
}

function scalesOf({ units, chart }: Model): uPlot.Scales {
  const range: uPlot.Range.Config = {
    min: { pad: 0.1, soft: 0, mode: chart === 'bar' ? 1 : 3 },
    max: { pad: 0.1, soft: 0, mode: chart === 'bar' ? 1 : 3 },
  };
  return Object.fromEntries(units.map((unit) => [scaleOf(unit), { range }]));
}

const scaleOf = (unit: string): string => `in ${unit}`;

function timeAxis(look: Look, formats: Formats): uPlot.Axis {
  return {
    stroke: look.text,
    font: look.font,
    space: AXIS_SPACE,
    size: 28,
    gap: 4,
    grid: { show: false },
    ticks: { stroke: look.grid, width: 1, size: 4 },
    values: (_plot, ticks, _axis, _space, step) => ticks.map((tick) => formats.tick(tick, step)),
  };
}

/** The first unit's axis is on the left, the others' on the right. */
function valueAxis(unit: string, index: number, look: Look, formats: Formats): uPlot.Axis {
  const pen = document.createElement('canvas').getContext('2d');
  return {
    scale: scaleOf(unit),
    side: index === 0 ? LEFT : RIGHT,
    stroke: look.text,
    font: look.font,
    gap: 4,
    size: (_plot, values) => {
      if (!pen) return 48;
      pen.font = look.font;
      return 10 + Math.max(16, ...(values ?? []).map((value) => pen.measureText(value).width));
    },
    grid: { show: index === 0, stroke: look.grid, width: 1 },
    ticks: { show: false },
    // The topmost label names the unit.
    values: (_plot, ticks) =>
      ticks.map((tick, at) => `${formats.number(tick)}${at === ticks.length - 1 && unit !== '' ? ` ${unit}` : ''}`),
  };
}

function seriesOf(
  series: Series,
  index: number,
  model: Model,
  color: string,
  isEdge: boolean,
  fill: (color: string, alpha: number) => string,
): uPlot.Series {
  const common: uPlot.Series = { scale: scaleOf(series.unit), points: { show: false } };
  if (model.chart === 'bar') {
    return { ...common, stroke: color, width: 0, fill: fill(color, 0.85), paths: barsOf(index, model) };
  }
  // The edges of a range have no lines: the area between them shows them.
  if (isEdge) return { ...common, stroke: 'transparent', width: 0 };
  const dash = series.type === 'min' || series.type === 'max' ? [4, 4] : undefined;
  // A value between two gaps gets a point, because it is no line.
  const points: uPlot.Series.Points = { size: 4, fill: color, stroke: color, filter: lonely };
  return { ...common, stroke: color, width: 2, dash, points: { ...points, show: true } };
}

function lonely(plot: uPlot, index: number, _show: boolean, _gaps?: null | number[][]): number[] {
  const values = plot.data[index] ?? [];
  const isGap = (at: number): boolean => values[at] === null || values[at] === undefined;
  return [...values.keys()].filter((at) => !isGap(at) && isGap(at - 1) && isGap(at + 1));
}

/** Several bars stand side by side within their period. */
function barsOf(index: number, { series, times }: Model): uPlot.Series.PathBuilder | undefined {
  const width = (stepOf(times) * BAR_GROUP) / series.length;
  const begin = width * (index - series.length / 2);
  return uPlot.paths.bars?.({
    radius: 0.1,
    disp: {
      x0: { unit: SCALE_VALUE, values: (plot) => (plot.data[0] as number[]).map((time) => time + begin) },
      size: { unit: SCALE_VALUE, values: () => [width * 0.94] },
    },
  });
}
