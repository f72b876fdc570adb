// A page that treats cards as Home Assistant 2026.11 does: `hui-card`, which every card of a dashboard is in, `loadCardHelpers`,
// and a card that writes down what is done to it. Runs in the page.

/** What is done to cards of the type `custom:probe-card`, in order, as [what, value]. */
window.log = [];

class Probe extends HTMLElement {
  static made = 0;
  number = (Probe.made += 1);

  setConfig(config) {
    if (config.fails) throw new Error(config.fails);
    this.config = config;
    window.log.push(['config', config.name ?? config.type]);
    Object.assign(this, config.members);
  }
  connectedCallback() {
    window.log.push(['connected']);
    this.connected = (this.connected ?? 0) + 1;
  }
  disconnectedCallback() {
    window.log.push(['disconnected']);
  }
}
for (const name of ['hass', 'layout', 'preview', 'editMode', 'isPanel'])
  Object.defineProperty(Probe.prototype, name, {
    get() {
      return this[`_${name}`];
    },
    set(value) {
      if (name === 'hass' && value.throws) throw new Error(value.throws);
      this[`_${name}`] = value;
      window.log.push([name, name === 'hass' ? value.number : value]);
      if (name === 'hass') this.config?.onHass?.(this, value);
    },
  });
customElements.define('probe-card', Probe);

class ErrorCard extends HTMLElement {
  setConfig({ message }) {
    this.textContent = message;
  }
}
customElements.define('hui-error-card', ErrorCard);

/** Shows its card while all conditions are met, each of an entity and the state that it has to be in. */
class Conditional extends HTMLElement {
  setConfig({ conditions, card }) {
    this.conditions = conditions;
    this.card = createCardElement(card);
    this.append(this.card);
  }
  set hass(hass) {
    this.card.hass = hass;
    const hidden = !this.conditions.every(({ entity, state }) => hass.states[entity]?.state === state);
    if (hidden === this.hidden) return;
    this.hidden = hidden;
    fire(this, 'card-visibility-changed', { value: !hidden });
  }
}
customElements.define('hui-conditional-card', Conditional);

const fire = (element, name, detail) =>
  element.dispatchEvent(new CustomEvent(name, { bubbles: true, composed: true, detail }));

function tryCreate(config) {
  const tag = config.type.startsWith('custom:') ? config.type.slice('custom:'.length) : `hui-${config.type}-card`;
  const element = document.createElement(tag);
  if (!element.setConfig) throw new Error(`Custom element doesn't exist: ${tag}.`);
  element.setConfig(config);
  return element;
}

function createCardElement(config) {
  try {
    return tryCreate(config);
  } catch ({ message }) {
    const element = document.createElement('hui-error-card');
    element.setConfig({ message });
    return element;
  }
}
window.loadCardHelpers = async () => ({ createCardElement });

/** In the order of Home Assistant's own; what that one renders later is done by `update`. */
class HuiCard extends HTMLElement {
  preview = false;
  updated = [];

  get hass() {
    return this.ownHass;
  }
  set hass(hass) {
    this.ownHass = hass;
    if (this.element) this.element.hass = hass;
    this.show();
  }
  load() {
    const { config } = this;
    const element = (this.element = tryCreate(config));
    if (this.hass) element.hass = this.hass;
    element.layout = this.layout;
    element.preview = this.preview;
    element.editMode = this.preview;
    for (const name of ['card-visibility-changed', 'll-upgrade', 'll-rebuild'])
      element.addEventListener(name, (event) => {
        event.stopPropagation();
        if (name === 'card-visibility-changed') this.show();
        else this.updated.push(name);
      });
    this.replaceChildren();
    this.show();
  }
  update() {
    this.element.preview = this.preview;
    this.element.editMode = this.preview;
    this.element.layout = this.layout;
    this.element.isPanel = this.layout === 'panel';
  }
  show() {
    const { element } = this;
    if (!element || !this.hass) return;
    this.toggleAttribute('hidden', element.hidden);
    if (element.connectedWhileHidden === true || !element.hidden) {
      if (!element.parentElement) this.append(element);
    } else element.remove();
  }
}
customElements.define('hui-card', HuiCard);

let asked = 0;
/** The server's answer to each kind of request, what it was asked, how much it has answered, and what it waits for before it answers. */
window.server = { answers: {}, asked: [], answered: 0, ready: undefined };
const connection = {
  async sendMessagePromise({ type }) {
    window.server.asked.push(type);
    await window.server.ready;
    window.server.answered += 1;
    return structuredClone(window.server.answers[type]);
  },
  subscribeMessage: async () => () => undefined,
  addEventListener() {},
  removeEventListener() {},
};

window.newHass = (more) => ({
  number: (asked += 1),
  connection,
  connected: true,
  user: { id: 'sara', name: 'Sara', is_admin: false },
  states: {},
  callWS: (message) => connection.sendMessagePromise(message),
  callService: async () => ({ context: { id: String(asked) } }),
  ...more,
});

/** A dashboard's place with a card in it, as it is when the first view has been shown. */
window.place = async (config, { hass = window.newHass(), layout, preview = false } = {}) => {
  const place = document.createElement('hui-card');
  Object.assign(place, { config, layout, preview, hass });
  place.load();
  document.body.append(place);
  place.hass = hass;
  place.addEventListener('card-updated', () => place.updated.push('card-updated'));
  place.update();
  await new Promise(requestAnimationFrame);
  return place;
};

window.wrapped = (card, more) => ({ type: 'custom:cardcache-cached-card', card, ...more });
/** The card in the wrapping one. */
window.inside = (place) => place.element.shadowRoot.firstElementChild;
