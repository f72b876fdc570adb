import type { MutationEvent } from '../index.ts';

/** The parts of home-assistant-js-websocket's Connection that are used here. */
export interface Connection {
  subscribeMessage(callback: (message: MutationEvent) => void, message: object): Promise<() => Promise<void> | void>;
  subscribeEvents(callback: (event: MutationEvent) => void, type: string): Promise<() => Promise<void> | void>;
  addEventListener(type: 'ready' | 'disconnected', listener: () => void): void;
  removeEventListener(type: 'ready' | 'disconnected', listener: () => void): void;
}

/** What Home Assistant rejects with is a plain object, never an Error. */
export function codeOf(error: unknown): string | number | undefined {
  try {
    const { code, error: inner } = error as { code?: string | number; error?: { code?: number } };
    return code ?? inner?.code;
  } catch {
    return undefined;
  }
}
