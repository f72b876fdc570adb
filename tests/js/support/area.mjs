// localStorage as browsers have it, for a process that has none: one set of records, and a Storage object of its own for each
// tab that reads and writes them.

/** The records of one origin. `quota` is in UTF-16 units, names counted, as browsers count. */
export class Origin {
  quota = Infinity;
  #records = new Map();
  #areas = new Set();

  /** The Storage of one more tab. */
  area() {
    const area = new Area(this);
    this.#areas.add(area);
    return area;
  }

  get names() {
    return [...this.#records.keys()];
  }

  get units() {
    return [...this.#records].reduce((sum, [name, text]) => sum + name.length + text.length, 0);
  }

  read(name) {
    return this.#records.get(name) ?? null;
  }

  write(name, text, writer) {
    const before = this.#records.get(name);
    const more = text.length - (before?.length ?? -name.length);
    if (more > 0 && this.units + more > this.quota) throw new DOMException('no room is left', 'QuotaExceededError');
    this.#records.set(name, text);
    if (before !== text) this.#announce({ key: name, oldValue: before ?? null, newValue: text }, writer);
  }

  remove(name, writer) {
    const before = this.#records.get(name);
    if (!this.#records.delete(name)) return;
    this.#announce({ key: name, oldValue: before, newValue: null }, writer);
  }

  /** All at once, as "clear site data" and other programs do. */
  clear(writer) {
    this.#records.clear();
    this.#announce({ key: null, oldValue: null, newValue: null }, writer);
  }

  #announce(change, writer) {
    for (const area of this.#areas) if (area !== writer) area.missed.push(change);
  }
}

/** One tab's view. What other tabs changed waits in `missed` until the tab's event loop comes to it. */
class Area {
  missed = [];
  writes = 0;
  #origin;

  constructor(origin) {
    this.#origin = origin;
  }

  get length() {
    return this.#origin.names.length;
  }

  key(index) {
    return this.#origin.names[index] ?? null;
  }

  getItem(name) {
    return this.#origin.read(String(name));
  }

  setItem(name, text) {
    this.writes += 1;
    this.#origin.write(String(name), String(text), this);
  }

  removeItem(name) {
    this.#origin.remove(String(name), this);
  }

  clear() {
    this.#origin.clear(this);
  }

  /** Everything in it, by name. */
  get records() {
    return Object.fromEntries(this.#origin.names.map((name) => [name, this.#origin.read(name)]));
  }
}

/** What a sandboxed frame or a browser with storage switched off answers with: every use throws. */
export class LockedArea {
  get length() {
    throw new DOMException('storage is switched off', 'SecurityError');
  }
  key() {
    throw new DOMException('storage is switched off', 'SecurityError');
  }
  getItem() {
    throw new DOMException('storage is switched off', 'SecurityError');
  }
  setItem() {
    throw new DOMException('storage is switched off', 'SecurityError');
  }
  removeItem() {
    throw new DOMException('storage is switched off', 'SecurityError');
  }
}
