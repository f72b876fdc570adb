import { html, nothing, type TemplateResult } from 'lit';
import type { Formats } from './formats.ts';
import { colorOf, type Look } from './look.ts';
import type { Model } from './model.ts';
import { valueOf } from './table.ts';
import type { Texts } from './texts.ts';

/** The name of each colour, and its value at one point in time. */
export function legend(model: Model, at: number, look: Look, formats: Formats, texts: Texts): TemplateResult {
  const edges = new Set(model.bands.flat());
  const types = new Set(model.series.filter((_series, index) => !edges.has(index)).map(({ type }) => type));
  const items = model.series.map((series, index) => {
    if (edges.has(index)) return nothing;
    const band = model.bands.find(([upper]) => model.series[upper]?.entity === series.entity);
    const name = types.size > 1 ? `${series.name}, ${texts.stat[series.type]}` : series.name;
    return html`<li>
      <span class="swatch" style="background-color: ${colorOf(look, series.entity, series.color)}"></span>
      <span class="of">${name}</span>
      <span class="value">${valueOf(series.values[at], series.unit, formats, texts)}</span>
      ${band ? rangeOf(band, model, at, formats) : nothing}
    </li>`;
  });
  return html`<ul class="legend">
    ${items}
  </ul>`;
}

function rangeOf(
  [upper, lower]: [number, number],
  { series }: Model,
  at: number,
  formats: Formats,
): TemplateResult | typeof nothing {
  const [least, most] = [series[lower]?.values[at] ?? null, series[upper]?.values[at] ?? null];
  if (least === null || most === null) return nothing;
  return html`<span class="range">${formats.number(least)} – ${formats.number(most)}</span>`;
}
