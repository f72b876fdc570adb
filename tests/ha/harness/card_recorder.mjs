// Runs in the page before anything of it: writes down what the cards show, from their first render on, beside what the page
// sends and hears, all on the page's own clock. Observes and changes nothing.

/** Given to a page as its init script; leaves `window.cardRecord`. `subject`: the domain whose calls and commands count. */
export function recordCards({ tag, subject }) {
  const record = { renders: [], frames: [], framesSeen: 0, sent: [], heard: [] };
  window.cardRecord = record;
  const roots = [];
  const sockets = new WeakSet();
  const own = new Set();

  const serviceCalls = () => record.sent.filter((message) => message.domain === subject).length;
  const pushes = () => record.heard.filter((message) => message.pushed).length;
  const look = (element, root) => ({
    at: Date.now(),
    element,
    connected: root.host.isConnected,
    serviceCalls: serviceCalls(),
    pushes: pushes(),
    states: [...root.querySelectorAll('[data-state]')].map((node) => node.dataset.state),
    tasks: [...root.querySelectorAll('[data-task]')].map((node) => node.dataset.task),
    items: [...root.querySelectorAll('[data-item]')].map((node) => `${node.dataset.item} ${node.dataset.status}`),
    words: root.querySelector('[data-part="encouragement"]')?.textContent ?? null,
  });
  const isEmpty = (root) => root.querySelector(':not(style)') === null;

  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attachShadow.call(this, options);
    if (this.localName === tag) {
      const element = roots.push(root) - 1;
      // Records come in the microtask after a render: nothing is painted in between.
      new MutationObserver(() => {
        if (!isEmpty(root)) record.renders.push(look(element, root));
      }).observe(root, { childList: true, subtree: true });
    }
    return root;
  };

  const everyFrame = () => {
    record.framesSeen += 1;
    roots.forEach((root, element) => {
      if (!root.host.isConnected || isEmpty(root)) return;
      const seen = look(element, root);
      const last = record.frames.findLast((frame) => frame.element === element);
      const same =
        last && `${last.states}|${last.tasks}|${last.items}` === `${seen.states}|${seen.tasks}|${seen.items}`;
      if (!same) record.frames.push(seen);
    });
    requestAnimationFrame(everyFrame);
  };
  requestAnimationFrame(everyFrame);

  const hear = ({ data }) => {
    for (const message of [JSON.parse(data)].flat()) {
      // What a subscription of the subject's own gets, as to-do lists are told.
      if (own.has(message.id) && message.type === 'event') record.heard.push({ at: Date.now(), pushed: message.event });
      const isEvent = message.type === 'event' && String(message.event?.event_type).startsWith('tasktracker_');
      if (isEvent) record.heard.push({ at: Date.now(), eventType: message.event.event_type, data: message.event.data });
      if (message.success === false) record.heard.push({ at: Date.now(), refused: message.error.code });
    }
  };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (text) {
    if (!sockets.has(this)) {
      sockets.add(this);
      this.addEventListener('message', hear);
    }
    for (const message of [JSON.parse(text)].flat()) {
      const { id, type, domain, service, subscription, event_type: eventType } = message;
      if (type?.startsWith(`${subject}/`)) own.add(id);
      record.sent.push({ at: Date.now(), id, type, domain, service, subscription, eventType });
    }
    return send.call(this, text);
  };
}
