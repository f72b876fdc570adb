import type { ReactiveController, ReactiveControllerHost } from 'lit';

const MINUTE = 60_000;

/** Draws its host anew each minute while it is on show: what says "5 minutes ago" or "today" would not be true for long. */
export class EveryMinute implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = setInterval(() => this.#host.requestUpdate(), MINUTE);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
  }
}
