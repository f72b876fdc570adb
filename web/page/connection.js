const LOST = { code: 3, message: 'Connection lost' };
const RETRY = [250, 500, 1000, 2000, 4000];

/**
 * A user's WebSocket in Home Assistant's protocol, with the parts of its connection object that cards use. It reconnects by itself, renews
 * subscriptions and then fires `ready`. Calls wait for the first connection; after a lost connection they reject at once, as in Home
 * Assistant.
 */
export class Connection {
  #url;
  #auth;
  #socket;
  #state = 'connecting';
  #offline = false;
  #attempt = 0;
  #nextId = 1;
  #pending = new Map();
  #subscriptions = new Map();
  #waiting = [];
  #listeners = { ready: new Set(), disconnected: new Set() };

  constructor(url, auth) {
    this.#url = url;
    this.#auth = auth;
    this.#open();
  }

  /** The first connection counts as connected until it fails. */
  get connected() {
    return this.#state !== 'lost';
  }

  addEventListener(type, listener) {
    this.#listeners[type]?.add(listener);
  }

  removeEventListener(type, listener) {
    this.#listeners[type]?.delete(listener);
  }

  /** Closes the socket and stays offline until `connect`. */
  setOffline(offline) {
    if (offline === this.#offline) return;
    this.#offline = offline;
    if (offline) {
      this.#socket?.close();
      this.#lose();
    } else {
      this.#attempt = 0;
      this.#open();
    }
  }

  async sendMessagePromise(message) {
    if (this.#state === 'connecting') await new Promise((resolve) => this.#waiting.push(resolve));
    if (this.#state !== 'connected') throw LOST;
    return this.#send(message, this.#nextId++);
  }

  /** Waits for the connection if there is none. */
  async subscribeMessage(callback, message, { resubscribe = true } = {}) {
    while (this.#state !== 'connected') await new Promise((resolve) => this.#waiting.push(resolve));
    const subscription = { id: this.#nextId++, callback, message, resubscribe };
    this.#subscriptions.set(subscription.id, subscription);
    try {
      await this.#send(message, subscription.id);
    } catch (error) {
      this.#subscriptions.delete(subscription.id);
      throw error;
    }
    return async () => {
      if (!this.#subscriptions.delete(subscription.id)) return;
      if (this.#state !== 'connected') return;
      await this.#send({ type: 'unsubscribe_events', subscription: subscription.id }, this.#nextId++);
    };
  }

  subscribeEvents(callback, eventType) {
    return this.subscribeMessage(callback, { type: 'subscribe_events', event_type: eventType });
  }

  #open() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#receive(socket, JSON.parse(data)));
    socket.addEventListener('close', () => {
      if (socket === this.#socket) this.#lose();
    });
  }

  #receive(socket, message) {
    if (socket !== this.#socket) return;
    if (message.type === 'auth_required') socket.send(JSON.stringify({ type: 'auth', ...this.#auth }));
    else if (message.type === 'auth_ok') this.#ready();
    else if (message.type === 'event') this.#subscriptions.get(message.id)?.callback(message.event);
    else if (message.type === 'result') {
      const call = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.success) call?.resolve(message.result);
      else call?.reject(message.error);
    }
  }

  #send(message, id) {
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ ...message, id }));
    });
  }

  #ready() {
    const again = this.#state === 'lost';
    this.#state = 'connected';
    this.#attempt = 0;
    const known = [...this.#subscriptions.values()];
    this.#subscriptions.clear();
    for (const subscription of known.filter((each) => each.resubscribe)) {
      subscription.id = this.#nextId++;
      this.#subscriptions.set(subscription.id, subscription);
      this.#send(subscription.message, subscription.id).catch((error) => {
        this.#subscriptions.delete(subscription.id);
        console.warn('A subscription was refused after reconnecting', subscription.message, error);
      });
    }
    for (const resume of this.#waiting.splice(0)) resume();
    if (again) this.#fire('ready');
  }

  #lose() {
    const before = this.#state;
    this.#state = 'lost';
    this.#socket = undefined;
    const calls = [...this.#pending.values()];
    this.#pending.clear();
    for (const call of calls) call.reject(LOST);
    if (before === 'connecting') for (const resume of this.#waiting.splice(0)) resume();
    if (before !== 'lost') this.#fire('disconnected');
    if (this.#offline) return;
    const delay = RETRY[Math.min(this.#attempt++, RETRY.length - 1)];
    setTimeout(() => {
      if (!this.#offline && !this.#socket) this.#open();
    }, delay);
  }

  #fire(type) {
    for (const listener of [...this.#listeners[type]]) listener(this);
  }
}
