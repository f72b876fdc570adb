import { css } from 'lit';

export const planStyles = css`
  .encouragement {
    display: flex;
    gap: 10px;
    margin: 0 16px 10px;
    padding: 10px 12px;
    border-radius: 10px;
    background: color-mix(in srgb, var(--accent) 9%, transparent);
  }
  .encouragement .icon {
    margin-top: 0.05em;
    color: var(--accent);
  }
  .encouragement p {
    margin: 0;
    min-width: 0;
    overflow-wrap: anywhere;
    white-space: pre-line;
  }
  @container (min-width: 680px) {
    .sections {
      display: grid;
      grid-auto-columns: minmax(0, 1fr);
      grid-auto-flow: column;
    }
  }
`;
