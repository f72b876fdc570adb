// What stands between a wrapped card and Home Assistant, over the built module, and a `hass` that notes what it is asked.
import { importCards } from './cards.mjs';

export const { CachedHass, readConfig, kindOf, saysNotNow } = await importCards(
  'cached',
  'cachedHass',
  'config',
  'requestKinds',
  'notNow',
);

let users = 0;

/**
 * A `hass` of a user of its own. `asked` holds what came to it, each as a list of the way and its arguments; `answer` gives what it
 * answers, an error it throws. Like the websocket library it writes an `id` into messages.
 */
export function fakeHass(answer = () => ({})) {
  const asked = [];
  let id = 0;
  const ask =
    (way) =>
    async (...args) => {
      asked.push(structuredClone([way, ...args]));
      return answer(way, ...args);
    };
  const send = (way) => (message) => {
    message.id = ++id;
    return ask(way)(message);
  };
  const connection = {
    addEventListener() {},
    removeEventListener() {},
    subscribeMessage: async () => () => {},
    subscribeEvents: async () => () => {},
    sendMessagePromise: send('sendMessagePromise'),
    sendMessage: send('sendMessage'),
  };
  return {
    asked,
    connection,
    connected: true,
    states: {},
    user: { id: `user-${++users}`, name: 'Sara', is_admin: false },
    config: { time_zone: 'Europe/Berlin', state: 'RUNNING' },
    callWS: send('callWS'),
    sendWS: (message) => void send('sendWS')(message),
    callApi: ask('callApi'),
    callService: ask('callService'),
    fetchWithAuth: ask('fetchWithAuth'),
  };
}

/** The `hass` of a wrapped card that opens. */
export function wrap(hass, config = {}, outdated = () => {}) {
  const { rules } = readConfig({ type: 'custom:cached', card: { type: 'any' }, ...config });
  const cached = new CachedHass(rules, outdated);
  cached.open(false);
  return cached.wrap(hass);
}
