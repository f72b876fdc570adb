import { css } from 'lit';

export const taskStyles = css`
  h3 {
    margin: 10px 16px 0;
    font-size: var(--ha-font-size-s, 12px);
    font-weight: var(--ha-font-weight-medium, 500);
    letter-spacing: 0.03em;
    color: var(--muted);
  }
  .task {
    display: flex;
    gap: 4px;
    padding-block: 2px 0;
    padding-inline: 6px 16px;
    --overdue: color-mix(in srgb, var(--bad) 85%, var(--text));
  }
  .task[data-overdue='1'] {
    --overdue: color-mix(in srgb, var(--warn) 60%, var(--text));
  }
  .complete {
    display: grid;
    place-items: center;
    flex: none;
    width: 44px;
    height: 44px;
    border-radius: 50%;
  }
  .complete:focus-visible {
    outline-offset: -5px;
  }
  .ring {
    width: 28px;
    height: 28px;
    fill: none;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .track {
    stroke: color-mix(in srgb, var(--muted) 65%, transparent);
    transition:
      stroke 0.15s,
      fill 0.15s;
  }
  .task[data-overdue] .track {
    stroke: var(--overdue);
  }
  .progress {
    stroke: var(--good);
    stroke-width: 3;
    stroke-linecap: butt;
    transform: rotate(-90deg);
    transform-origin: center;
  }
  .tick {
    stroke: var(--good);
    stroke-width: 2.4;
    opacity: 0;
    transition: opacity 0.15s;
  }
  .complete:focus-visible .tick,
  .task[data-busy] .tick {
    opacity: 1;
  }
  .task[data-busy] .track {
    stroke: var(--good);
  }
  @media (hover: hover) {
    /* A hint only: the next row slides under the pointer after a completion and must not look done. */
    .complete:hover .tick {
      opacity: 0.35;
    }
  }
  .complete[aria-disabled='true'] {
    cursor: default;
  }
  .body {
    flex: 1;
    min-width: 0;
    padding: 12px 0 9px;
    border-bottom: 1px solid var(--line);
  }
  .task:last-child .body {
    border-bottom-color: transparent;
  }
  .first {
    display: flex;
    align-items: baseline;
    gap: 12px;
  }
  .name {
    flex: 1;
    min-width: 0;
    font-size: var(--ha-font-size-l, 16px);
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  .duration {
    flex: none;
    color: var(--muted);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .facts,
  .windows {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    margin-top: 4px;
    color: var(--muted);
  }
  .facts > li,
  .window {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .facts .icon,
  .window .icon {
    width: 1.1em;
    height: 1.1em;
  }
  .overdue {
    color: var(--overdue);
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .note {
    margin-top: 4px;
    color: var(--muted);
    font-style: italic;
    overflow-wrap: anywhere;
  }
  .windows {
    gap: 6px;
    margin-top: 6px;
  }
  .window {
    flex-wrap: wrap;
    padding-block: 2px;
    padding-inline: 7px 9px;
    border-radius: 12px;
    background: color-mix(in srgb, var(--text) 6%, transparent);
    font-size: var(--ha-font-size-s, 12px);
  }
  .hours {
    white-space: nowrap;
    font-variant-numeric: tabular-nums;
  }
  /* Each colour as far into the text's as it must be for a contrast of 4.5 on its own pale ground. */
  .window[data-window='done'] {
    color: color-mix(in srgb, var(--good) 60%, var(--text));
    background: color-mix(in srgb, var(--good) 13%, transparent);
  }
  .window[data-window='open'] {
    color: color-mix(in srgb, var(--accent) 55%, var(--text));
    background: color-mix(in srgb, var(--accent) 14%, transparent);
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .window[data-window='missed'] {
    color: color-mix(in srgb, var(--warn) 50%, var(--text));
    background: color-mix(in srgb, var(--warn) 14%, transparent);
  }
`;
