import { openCache } from '/dist/index.js';
import { Connection } from './connection.js';
import { DemoHass } from './demo_hass.js';
import { element, setText } from './dom.js';

const NAMESPACE = 'tasktracker_';
const isOfAUser = (key) => key.includes(':');

/**
 * One user's half of the page: a connection, a `hass`, the card, and a second handle on the cache that the card uses. The card comes from
 * its own bundle and knows nothing of this page.
 */
export class Column {
  #person;
  #connection;
  #hass;
  #cache;
  #card;
  #known = new Set();
  #ledger;

  constructor(person, { url, session, ledger, dark, onChange, onEvent }) {
    this.#person = person;
    this.#ledger = ledger;
    this.#cache = openCache({ namespace: NAMESPACE, user: person.id });
    this.#listen(onChange, onEvent);

    this.#connection = new Connection(url, { access_token: person.token, session });
    this.#hass = new DemoHass(person, this.#connection, {
      onCall: (call) => ledger.sent(person.username, call),
    });
    this.#hass.dark = dark;

    this.#hass.onChange((hass) => (this.#card.hass = hass));
    this.#card = this.#makeCard();
    this.node = this.#frame();
  }

  get username() {
    return this.#person.username;
  }

  get cache() {
    return this.#cache;
  }

  /** Whether the card shows tasks and not only that it is loading. */
  get isPainted() {
    return Boolean(this.#card.shadowRoot?.querySelector('[data-task], [data-state="empty"]'));
  }

  set offline(offline) {
    this.#connection.setOffline(offline);
  }

  set dark(dark) {
    this.#hass.dark = dark;
  }

  /** Replaces the card by a new element, as Home Assistant does after every reconnect and for every opened view. */
  rebuild() {
    const before = this.#card;
    this.#card = this.#makeCard();
    before.replaceWith(this.#card);
  }

  #makeCard() {
    const card = document.createElement('cardcache-daily-plan-card');
    card.setConfig({ type: 'custom:cardcache-daily-plan-card', title: `${this.#person.name}’s day` });
    card.hass = this.#hass.current;
    return card;
  }

  #listen(onChange, onEvent) {
    const { username } = this.#person;
    const cache = this.#cache;
    const touch = ({ key }) => {
      this.#known.add(key);
      onChange();
    };
    cache.on('hit', ({ key, source }) => {
      touch({ key });
      if (this.#connection?.connected ?? true) this.#ledger.answered(username, key, source);
    });
    for (const event of ['miss', 'set', 'update']) {
      cache.on(event, ({ key }) => {
        touch({ key });
        this.#ledger.noteFetched(username, key);
      });
    }
    for (const event of ['evict', 'invalidate']) cache.on(event, onChange);
    cache.on('event', ({ event, decision }) => {
      const watched = [...this.#known].filter((key) => (cache.coordinator(key)?.watchers ?? 0) > 0);
      const kept = watched.filter((key) => isOfAUser(key) && !decision.refreshed.includes(key));
      this.#ledger.heard(username, kept);
      onEvent({ event, username, decision, kept });
    });
  }

  #frame() {
    const state = element('span', { class: 'link-state' });
    const show = () => {
      setText(state, this.#connection.connected ? 'connected' : 'offline');
      state.dataset.connected = String(this.#connection.connected);
    };
    for (const type of ['ready', 'disconnected']) this.#connection.addEventListener(type, show);
    show();
    return element(
      'article',
      { class: 'column', 'data-user': this.username, 'aria-label': `${this.#person.name}’s dashboard` },
      element(
        'header',
        { class: 'column-head' },
        element('span', { class: 'avatar', 'aria-hidden': 'true' }, this.#person.name[0]),
        element('span', { class: 'who' }, this.#person.name),
        state,
      ),
      this.#card,
    );
  }
}
