import { css } from 'lit';

export const todoStyles = css`
  .add {
    display: flex;
    align-items: center;
    gap: 4px;
    margin-block: 0 8px;
    margin-inline: 16px 10px;
  }
  input,
  textarea {
    box-sizing: border-box;
    width: 100%;
    min-width: 0;
    min-height: 40px;
    padding: 8px 12px;
    border: 1px solid color-mix(in srgb, var(--text) 45%, transparent);
    border-radius: 8px;
    color: inherit;
    background: none;
    font: inherit;
    font-size: max(1em, 16px);
    color-scheme: inherit;
  }
  textarea {
    resize: vertical;
  }
  input:focus-visible,
  textarea:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: -1px;
  }
  ::placeholder {
    color: var(--muted);
    opacity: 1;
  }

  .item {
    display: flex;
    gap: 4px;
    padding-inline: 6px 16px;
  }
  .item[data-busy] {
    opacity: 0.65;
  }
  .tick {
    display: grid;
    place-items: center;
    flex: none;
    width: 44px;
    height: 44px;
    border-radius: 50%;
  }
  .tick:focus-visible {
    outline-offset: -5px;
  }
  .tick[aria-disabled='true'] {
    cursor: default;
  }
  .box {
    width: 24px;
    height: 24px;
    fill: none;
    stroke: var(--muted);
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .box path {
    opacity: 0;
    stroke: var(--surface);
    stroke-width: 2.4;
  }
  [data-status='completed'] .box {
    stroke: var(--accent);
  }
  [data-status='completed'] .box rect {
    fill: var(--accent);
  }
  [data-status='completed'] .box path {
    opacity: 1;
  }
  @media (hover: hover) {
    [data-status='needs_action'] .tick:hover .box path {
      opacity: 0.5;
      stroke: var(--muted);
    }
  }
  .body {
    display: flex;
    flex: 1;
    flex-direction: column;
    gap: 3px;
    min-width: 0;
    padding: 12px 0 10px;
    border-bottom: 1px solid var(--line);
    text-align: start;
  }
  .item:last-child .body {
    border-bottom-color: transparent;
  }
  .name {
    font-size: var(--ha-font-size-l, 16px);
    line-height: 1.25;
    overflow-wrap: anywhere;
  }
  [data-status='completed'] .name {
    color: var(--muted);
    text-decoration: line-through;
  }
  .due,
  .description {
    color: var(--muted);
  }
  .due {
    display: inline-flex;
    align-items: center;
    gap: 4px;
  }
  .due .icon {
    width: 1.1em;
    height: 1.1em;
  }
  .due[data-overdue] {
    color: color-mix(in srgb, var(--bad) 85%, var(--text));
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .description {
    display: -webkit-box;
    overflow: hidden;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }

  .editor form {
    display: grid;
    gap: 10px;
    margin: 4px 12px 10px;
    padding: 12px;
    border-radius: 12px;
    background: color-mix(in srgb, var(--text) 5%, transparent);
  }
  label {
    display: grid;
    flex: 1;
    gap: 4px;
    min-width: 0;
  }
  label span {
    color: var(--muted);
    font-size: var(--ha-font-size-s, 12px);
  }
  .when {
    display: flex;
    flex-wrap: wrap;
    gap: 10px;
  }
  .when label {
    flex: 1 1 130px;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
  }
  .space {
    flex: 1;
  }
  button.danger {
    color: color-mix(in srgb, var(--bad) 70%, var(--text));
  }

  .completed {
    margin-top: 4px;
  }
  .fold {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    padding-inline: 8px;
  }
  h3 {
    margin: 0;
    font: inherit;
  }
  .fold .text {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    padding-inline: 8px 12px;
    color: var(--muted);
  }
  .fold [aria-expanded='false'] .icon {
    transform: rotate(-90deg);
  }
`;
