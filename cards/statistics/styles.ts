import { css, unsafeCSS } from 'lit';
import plot from 'uplot/dist/uPlot.min.css';

export const statisticsStyles = css`
  ${unsafeCSS(plot)}

  .content {
    display: flex;
    flex-direction: column;
    padding: 0 0 8px;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 16px;
    margin: 0 16px 4px;
  }
  .legend li {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 6px;
    min-width: 0;
  }
  .value,
  .range,
  td {
    direction: ltr;
    unicode-bidi: isolate;
  }
  .swatch {
    flex: none;
    align-self: center;
    width: 10px;
    height: 10px;
    border-radius: 50%;
  }
  .of {
    color: var(--muted);
    overflow-wrap: anywhere;
  }
  .value {
    font-weight: var(--ha-font-weight-medium, 500);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .range {
    color: var(--muted);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .slider {
    flex: 1 1 220px;
    /* Time runs from left to right in every chart of Home Assistant. */
    direction: ltr;
    position: relative;
    min-height: 120px;
    margin: 0 8px;
    border-radius: 8px;
    overflow: hidden;
  }
  .slider:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: -2px;
  }
  .plot {
    position: absolute;
    inset: 0;
  }
  .when {
    margin: 2px 16px 0;
    color: var(--muted);
    font-size: var(--ha-font-size-s, 12px);
    text-align: end;
  }
  .u-hz .u-cursor-x,
  .u-vt .u-cursor-y {
    border-right: 1px solid var(--muted);
  }

  .table {
    flex: 1 1 240px;
    min-height: 120px;
    overflow: auto;
    margin: 0 16px;
    border: 1px solid var(--line);
    border-radius: 8px;
  }
  .table:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  table {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 6px 10px;
    text-align: end;
    white-space: nowrap;
    border-bottom: 1px solid var(--line);
  }
  th:first-child {
    text-align: start;
    font-weight: inherit;
  }
  thead th {
    position: sticky;
    top: 0;
    background: var(--surface);
    font-weight: var(--ha-font-weight-medium, 500);
    white-space: normal;
  }
  tbody tr:last-child > * {
    border-bottom: 0;
  }
  .round[aria-pressed='true'] {
    color: var(--accent);
  }
  .skeleton {
    min-height: 220px;
  }
`;
