import type { MutationEvent } from '../index.ts';

/** The used part of home-assistant-js-websocket's Connection. */
export interface Connection {
  subscribeMessage(callback: (message: MutationEvent) => void, message: object): Promise<() => Promise<void> | void>;
  subscribeEvents(callback: (event: MutationEvent) => void, type: string): Promise<() => Promise<void> | void>;
  addEventListener(type: 'ready' | 'disconnected', listener: () => void): void;
  removeEventListener(type: 'ready' | 'disconnected', listener: () => void): void;
}

/** The code of an error of Home Assistant, which rejects with plain objects and not with Errors. */
export function codeOf(error: unknown): string | number | undefined {
  try {
    const { code, error: inner } = error as { code?: string | number; error?: { code?: number } };
    return code ?? inner?.code;
  } catch {
    return undefined;
  }
}
