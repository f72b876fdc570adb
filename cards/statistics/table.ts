import { html, type TemplateResult } from 'lit';
import type { Formats } from './formats.ts';
import type { Model, Series } from './model.ts';
import type { Period } from './periods.ts';
import type { Texts } from './texts.ts';

/** The same numbers as a table, newest first. */
export function statisticsTable(model: Model, period: Period, formats: Formats, texts: Texts): TemplateResult {
  const rows = [...model.times.keys()].reverse();
  return html`<div class="table" tabindex="0" role="region" aria-label=${texts.title}>
    <table>
      <thead>
        <tr>
          <th scope="col">${texts.time}</th>
          ${model.series.map((series) => html`<th scope="col">${headingOf(series, model, texts)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <th scope="row">${formats.time(model.times[row] ?? 0, period)}</th>
              ${model.series.map(({ values }) => html`<td>${valueOf(values[row], '', formats, texts)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** The shortest heading that tells a series from the others. */
export function headingOf({ name, type, unit }: Series, model: Model, texts: Texts): string {
  const isOnlyType = new Set(model.series.map((series) => series.type)).size === 1;
  const isOnlyName = new Set(model.series.map((series) => series.entity)).size === 1;
  const words = isOnlyType ? name : isOnlyName ? texts.stat[type] : `${name}, ${texts.stat[type]}`;
  return unit === '' ? words : `${words} (${unit})`;
}

export function valueOf(value: number | null | undefined, unit: string, formats: Formats, texts: Texts): string {
  if (value === null || value === undefined) return texts.none;
  return unit === '' ? formats.number(value) : `${formats.number(value)}\u00a0${unit}`;
}
