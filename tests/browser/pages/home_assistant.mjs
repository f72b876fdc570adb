// What the cards need of Home Assistant, in a page: a `hass` whose server answers from memory and pushes a to-do list.

/** Put into pages before anything runs there; makes `globalThis.home`. */
export function homeAssistant() {
  const items = [
    { uid: '1', summary: 'Buy milk', status: 'needs_action' },
    { uid: '2', summary: 'Water plants', status: 'needs_action' },
  ];
  const asked = [];
  const listeners = new Set();
  const push = () => {
    for (const listener of listeners) listener({ items: items.map((item) => ({ ...item })) });
  };
  const HOUR = 3_600_000;
  const rows = () => {
    const end = Math.floor(Date.now() / HOUR) * HOUR;
    return Array.from({ length: 24 }, (_, hour) => {
      const start = end - (24 - hour) * HOUR;
      return { start, end: start + HOUR, mean: 20 + (hour % 5), min: 19, max: 26 };
    });
  };
  const answers = {
    'recorder/get_statistics_metadata': () => [
      {
        statistic_id: 'sensor.warm',
        name: 'Warm',
        statistics_unit_of_measurement: '°C',
        has_mean: true,
        has_sum: false,
      },
    ],
    'recorder/statistics_during_period': () => ({ 'sensor.warm': rows() }),
    'history/of': () => ({ value: asked.filter((type) => type === 'history/of').length }),
  };
  const callWS = async ({ type }) => {
    asked.push(type);
    if (!answers[type]) throw { code: 'unknown_command', message: type };
    return answers[type]();
  };
  const connection = {
    connected: true,
    addEventListener() {},
    removeEventListener() {},
    sendMessagePromise: callWS,
    subscribeEvents: async () => () => undefined,
    async subscribeMessage(listener, { type }) {
      asked.push(type);
      if (type !== 'todo/item/subscribe') throw { code: 'unknown_command', message: type };
      listeners.add(listener);
      queueMicrotask(push);
      return () => void listeners.delete(listener);
    },
  };
  const hass = {
    connection,
    connected: true,
    user: { id: 'id-sara', name: 'Sara', is_admin: false },
    language: 'en',
    locale: { language: 'en', time_format: '24', number_format: 'language', time_zone: 'local' },
    config: { state: 'RUNNING', time_zone: 'UTC' },
    states: { 'todo.list': { state: '2', attributes: { friendly_name: 'List', supported_features: 127 } } },
    callWS,
    async callService(domain, service, data) {
      asked.push(`${domain}.${service}`);
      const item = items.find(({ uid }) => uid === data.item);
      if (item && service === 'update_item') item.status = data.status;
      if (service === 'add_item')
        items.push({ uid: String(items.length + 1), summary: data.item, status: 'needs_action' });
      push();
      return {};
    },
  };
  globalThis.loadCardHelpers = async () => ({
    createCardElement({ type }) {
      const card = document.createElement('div');
      card.dataset.type = type;
      Object.defineProperty(card, 'hass', {
        set(given) {
          if (card.asks) return;
          card.asks = given.callWS({ type: 'history/of' }).then(({ value }) => (card.textContent = `history ${value}`));
        },
      });
      return card;
    },
  });
  globalThis.home = {
    asked,
    items,
    push,
    hass,
    /** Makes a card as a dashboard does; `text()` is all that it shows. */
    async card(type, config) {
      const card = document.createElement(`cardcache-${type}-card`);
      card.setConfig({ type: `custom:cardcache-${type}-card`, ...config });
      card.style.cssText = 'display: block; width: 400px; height: 400px';
      card.hass = hass;
      document.body.append(card);
      await card.updateComplete;
      return card;
    },
    text: (card) => card.shadowRoot.textContent.replace(/\s+/g, ' '),
  };
  globalThis.until = async (isTrue, within = 10_000) => {
    const end = performance.now() + within;
    for (let found; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
      found = isTrue();
      if (found) return found;
      if (performance.now() > end) throw new Error(`waited in vain for ${isTrue}`);
    }
  };
}
