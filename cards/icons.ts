import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit';

/*
 * Drawn here, inline: `ha-icon` loads its drawings asynchronously, so they would be missing in the first frame, and pages other
 * than Home Assistant's have none.
 */
const icon = (content: SVGTemplateResult): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${content}</svg>`;

export const icons = {
  check: icon(svg`<path d="M5 12.5 10 17.5 19 7" />`),
  plus: icon(svg`<path d="M12 5v14M5 12h14" />`),
  fold: icon(svg`<path d="M6 9.5 12 15.5 18 9.5" />`),
  close: icon(svg`<path d="M6.5 6.5 17.5 17.5M17.5 6.5 6.5 17.5" />`),
  refresh: icon(svg`<path d="M19.5 12a7.5 7.5 0 1 1-2.3-5.4" /><path d="M19.5 3.5v4.4h-4.4" />`),
  alert: icon(svg`<path d="M12 4 3 19.5h18Z" /><path d="M12 10.5v4" /><path d="M12 17.2v.1" />`),
  offline: icon(
    svg`<path d="M9 6.2A6 6 0 0 1 17.7 10.1a4 4 0 0 1 2.1 6.6" /><path d="M6.5 9.5A4.5 4.5 0 0 0 7 18h9" /><path d="M4 4 20 20" />`,
  ),
  clock: icon(svg`<circle cx="12" cy="12" r="8.5" /><path d="M12 7v5l3 2" />`),
  table: icon(svg`<rect x="4" y="5" width="16" height="14" rx="1.5" /><path d="M4 10h16M4 14.5h16M10 10v9" />`),
  sparkle: icon(
    svg`<path d="M11 4c.9 5 2.6 6.7 7.5 7.5-4.9.8-6.6 2.5-7.5 7.5-.9-5-2.6-6.7-7.5-7.5C8.4 10.7 10.1 9 11 4Z" /><path d="M18.5 3v4M16.5 5h4" />`,
  ),
  sun: icon(
    svg`<circle cx="12" cy="12" r="4" /><path d="M12 2.5v2.5M12 19v2.5M2.5 12H5M19 12h2.5M5.3 5.3 7 7M17 17l1.7 1.7M5.3 18.7 7 17M17 7l1.7-1.7" />`,
  ),
  people: icon(
    svg`<circle cx="9" cy="8.5" r="3.2" /><path d="M3 19c.4-3.6 2.8-5.3 6-5.3s5.6 1.7 6 5.3" /><path d="M15.5 5.7a3.2 3.2 0 0 1 0 5.6" /><path d="M17.3 14.2c2.2.6 3.5 2.2 3.7 4.8" />`,
  ),
  flag: icon(svg`<path d="M6 21V4" /><path d="M6 5h11.5l-2.3 3.7 2.3 3.8H6" />`),
};
