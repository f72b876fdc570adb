/** The oldest session is dropped first. Sessions choose their own names. */
const MOST_SESSIONS = 1_000;
const MOST_SERVICES = 50;

/**
 * What each session cost, counted on the server. A session is one browser tab with all of its connections, across reloads. The page's other
 * device is a session of its own.
 */
export class CallCounts {
  #sessions = new Map();
  #listeners = new Set();

  of(session) {
    let counts = this.#sessions.get(session);
    if (!counts) {
      this.#sessions.set(session, (counts = { calls: 0, worked: 0, generations: 0, services: {} }));
      if (this.#sessions.size > MOST_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value);
    }
    return counts;
  }

  call(session, service) {
    const counts = this.of(session);
    counts.calls += 1;
    const before = Object.hasOwn(counts.services, service) ? counts.services[service] : 0;
    if (before > 0 || Object.keys(counts.services).length < MOST_SERVICES) {
      Object.defineProperty(counts.services, service, {
        value: before + 1,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    this.#tell(session);
  }

  cost(session, what) {
    const counts = this.of(session);
    if (what === 'generation') counts.generations += 1;
    else counts.worked += 1;
    this.#tell(session);
  }

  onChange(session, listener) {
    const entry = { session, listener };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  #tell(session) {
    for (const entry of this.#listeners) if (entry.session === session) entry.listener(this.of(session));
  }
}
