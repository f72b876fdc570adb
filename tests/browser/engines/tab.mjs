// A tab of any engine, the same to every test.
export class Tab {
  #native;
  #troubles = [];
  #url;

  constructor(native) {
    this.#native = native;
  }

  async open(url) {
    await this.#gather();
    this.#url = url;
    await this.#native.open(url);
  }

  /** A new document at the same address. */
  reload() {
    return this.open(this.#url);
  }

  /** Runs a function in the page. Its argument and its answer cross as JSON, in which lone surrogates stay what they are. */
  async evaluate(work, argument = null) {
    const given = JSON.stringify(JSON.stringify(argument));
    const text = await this.#native.run(`(async () => JSON.stringify([await (${work})(JSON.parse(${given}))]))()`);
    return JSON.parse(text)[0];
  }

  /** Uncaught errors, unhandled rejections and errors on the console, in every document so far. */
  async troubles() {
    await this.#gather();
    return this.#troubles;
  }

  async close() {
    const native = this.#native;
    this.#native = undefined;
    await native?.close();
  }

  async #gather() {
    if (this.#url) this.#troubles.push(...(await this.evaluate(() => globalThis.troubles?.splice(0) ?? [])));
  }
}
