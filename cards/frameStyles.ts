import { css } from 'lit';

/** The frame of every card, and its states. It uses Home Assistant's theme variables; the values after commas are for other pages. */
export const frameStyles = css`
  :host {
    display: block;
    /* As high as the rows that a section gives it. More content scrolls within the card and does not overlap the next one. */
    height: 100%;
    --text: var(--primary-text-color, #141414);
    --muted: var(--secondary-text-color, #5e5e5e);
    --line: var(--divider-color, rgb(0 0 0 / 12%));
    --accent: var(--primary-color, #009ac7);
    --good: var(--success-color, #43a047);
    --bad: var(--error-color, #db4437);
    --warn: var(--warning-color, #ffa600);
    --surface: var(--ha-card-background, var(--card-background-color, #fff));
  }
  ha-card {
    container-type: inline-size;
    display: flex;
    flex-direction: column;
    position: relative;
    height: 100%;
    overflow: hidden;
    color: var(--text);
    font-size: var(--ha-font-size-m, 14px);
    line-height: 1.4;
  }
  .icon {
    flex: none;
    width: 1.25em;
    height: 1.25em;
    fill: none;
    stroke: currentcolor;
    stroke-width: 2;
    stroke-linecap: round;
    stroke-linejoin: round;
  }
  .spoken {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  ul {
    margin: 0;
    padding: 0;
    list-style: none;
  }
  button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    padding: 0;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  button:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }

  .header {
    display: flex;
    align-items: flex-start;
    gap: 8px;
    padding-block: 14px 10px;
    padding-inline: 16px 10px;
  }
  .titles {
    flex: 1;
    min-width: 0;
  }
  .title {
    margin: 0;
    font-size: var(--ha-font-size-xl, 20px);
    font-weight: var(--ha-font-weight-medium, 500);
    line-height: 1.3;
    overflow-wrap: anywhere;
  }
  .summary {
    margin-top: 2px;
    color: var(--muted);
  }
  .round {
    display: grid;
    place-items: center;
    flex: none;
    width: 40px;
    height: 40px;
    border-radius: 50%;
    color: var(--muted);
    font-size: 17px;
    transition: background-color 0.15s;
  }
  .round:hover {
    background: color-mix(in srgb, var(--text) 8%, transparent);
  }
  .round.small {
    width: 32px;
    height: 32px;
    font-size: 14px;
  }
  .round[aria-busy='true'] .icon {
    animation: turn 0.9s linear infinite;
  }

  .content {
    flex: 1;
    min-height: 0;
    overflow-y: auto;
    padding-bottom: 8px;
  }
  .outdated {
    display: flex;
    gap: 10px;
    align-items: center;
    margin: 0 16px 10px;
    padding: 10px 12px;
    border-radius: 10px;
    background: color-mix(in srgb, var(--warn) 16%, transparent);
  }
  .outdated .icon {
    color: color-mix(in srgb, var(--warn) 75%, var(--text));
  }

  .empty {
    display: grid;
    justify-items: center;
    gap: 4px;
    padding: 20px 24px 28px;
    text-align: center;
  }
  .medal {
    display: grid;
    place-items: center;
    width: 64px;
    height: 64px;
    margin-bottom: 8px;
    border-radius: 50%;
    font-size: 28px;
    color: var(--good);
    background: color-mix(in srgb, var(--good) 13%, transparent);
  }
  .medal.problem {
    color: var(--bad);
    background: color-mix(in srgb, var(--bad) 12%, transparent);
  }
  .headline {
    font-size: var(--ha-font-size-l, 16px);
    font-weight: var(--ha-font-weight-medium, 500);
  }
  .hint {
    max-width: 36em;
    color: var(--muted);
  }
  button.text {
    flex: none;
    min-height: 36px;
    padding: 0 12px;
    border-radius: 18px;
    /* Home Assistant's own blue has a contrast of only 3.3 on white; 4.5 is required. */
    color: color-mix(in srgb, var(--accent) 65%, var(--text));
    font-weight: var(--ha-font-weight-medium, 500);
  }
  button.text:hover {
    background: color-mix(in srgb, var(--accent) 12%, transparent);
  }
  .empty button.text {
    margin-top: 8px;
  }

  .skeleton {
    padding: 4px 16px 16px;
  }
  .bone {
    display: flex;
    align-items: center;
    gap: 14px;
    height: 48px;
    animation: breathe 1.6s ease-in-out infinite alternate;
  }
  .disc,
  .line {
    background: color-mix(in srgb, var(--text) 10%, transparent);
  }
  .disc {
    width: 24px;
    height: 24px;
    border-radius: 50%;
  }
  .line {
    height: 12px;
    border-radius: 6px;
  }

  .notice {
    position: sticky;
    bottom: 8px;
    display: flex;
    align-items: center;
    gap: 8px;
    margin: 0 8px 8px;
    padding-block: 4px;
    padding-inline: 12px 4px;
    border-radius: 12px;
    background: color-mix(in srgb, var(--text) 7%, var(--surface));
    border: 1px solid var(--line);
  }
  .notice > .icon {
    color: var(--good);
  }
  .notice[data-tone='problem'] > .icon {
    color: var(--bad);
  }
  .notice .said {
    flex: 1;
    min-width: 0;
    padding: 6px 0;
    overflow-wrap: anywhere;
  }

  @keyframes turn {
    to {
      transform: rotate(360deg);
    }
  }
  @keyframes breathe {
    from {
      opacity: 1;
    }
    to {
      opacity: 0.45;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    .round[aria-busy='true'] .icon,
    .bone {
      animation: none;
      transition: none;
    }
  }
`;
