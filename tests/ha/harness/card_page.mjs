// One user's page with the card on it: what a test does there and reads from there.

export class CardPage {
  #url;
  #tag;
  /** What broke in the page, as far as it names us or happened outside of everything. */
  problems = [];
  /** The service calls of ours that left the browser, as its own network layer saw them: `{ at, service }`. */
  framesSent = [];

  constructor(page, url, tag) {
    this.page = page;
    this.#url = url;
    this.#tag = tag;
    page.on('pageerror', (error) => this.problems.push(`page error: ${error.message || JSON.stringify(error)}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && /cardcache/i.test(message.text() + message.location().url)) {
        this.problems.push(`console: ${message.text()}`);
      }
    });
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => {
        for (const { domain, service } of [JSON.parse(payload)].flat()) {
          if (domain === 'tasktracker') this.framesSent.push({ at: Date.now(), service });
        }
      });
    });
  }

  get card() {
    return this.page.locator(this.#tag);
  }

  task(id) {
    return this.card.locator(`[data-task="${id}"]`);
  }

  get tasks() {
    return this.card.locator('[data-task]').evaluateAll((rows) => rows.map((row) => row.dataset.task));
  }

  state(name) {
    return this.card.locator(`[data-state="${name}"]`);
  }

  async open(path = '/lovelace-plan/home') {
    // The load event can come after the card has shown its first states.
    await this.page.goto(this.#url + path, { waitUntil: 'commit' });
  }

  async openWithPlan(path) {
    await this.open(path);
    await this.card.locator('[data-task]').first().waitFor();
  }

  /** As people do it in Home Assistant: without loading the page anew. */
  async navigate(path) {
    await this.page.evaluate((target) => {
      history.pushState(null, '', target);
      window.dispatchEvent(new CustomEvent('location-changed', { detail: { replace: false } }));
    }, path);
  }

  record() {
    return this.page.evaluate(() => window.cardRecord);
  }

  /** Forgets what was recorded so far; what comes is compared with nothing before it. */
  async startRecord() {
    await this.page.evaluate(() => {
      for (const list of ['renders', 'frames', 'sent', 'heard']) window.cardRecord[list].length = 0;
    });
  }

  async serviceCalls() {
    const { sent } = await this.record();
    return sent.filter((message) => message.domain === 'tasktracker').map((message) => message.service);
  }

  /** Resolves once the page has dispatched an event of this type that fits. */
  async heard(eventType, fits = {}) {
    await this.page.waitForFunction(
      ([type, wanted]) =>
        window.cardRecord.heard.some(
          (event) =>
            event.eventType === type && Object.entries(wanted).every(([name, value]) => event.data[name] === value),
        ),
      [`tasktracker_${eventType}`, fits],
    );
  }

  /** Marks the card and its rows, so that `markedNodes` tells which tasks still have the DOM node they had. */
  async markNodes() {
    await this.card.evaluate((card) => {
      card.markedByTest = true;
      for (const row of card.shadowRoot.querySelectorAll('[data-task]')) row.markedByTest = row.dataset.task;
    });
  }

  async markedNodes() {
    return this.card.evaluate((card) => ({
      card: card.markedByTest === true,
      tasks: [...card.shadowRoot.querySelectorAll('[data-task]')]
        .filter((row) => row.markedByTest === row.dataset.task)
        .map((row) => row.dataset.task),
    }));
  }

  get words() {
    return this.card.locator('[data-part="encouragement"]');
  }

  complete(id) {
    return this.task(id).locator('[data-action="complete"]').click();
  }

  async gone(id) {
    await this.task(id).waitFor({ state: 'detached' });
  }

  /** The services that the page called, since `startRecord`, before the card first showed no such task any more. */
  async calledUntilGone(id) {
    const { renders } = await this.record();
    const { serviceCalls } = renders.find((render) => !render.tasks.includes(id));
    return (await this.serviceCalls()).slice(0, serviceCalls);
  }

  async reconnect() {
    await this.page.evaluate(async () => (await window.hassConnection).conn.reconnect(true));
  }

  async close() {
    await this.page.context().close();
  }
}
