import { element, setText } from './dom.js';
import { times } from './format.js';

/** One comparison: a large number, the number to compare it with, and two bars. */
class Comparison {
  #with;
  #without;
  #bars;
  #note;

  constructor(id, title) {
    this.#with = element('strong', { class: 'large', 'data-count': `${id}-with` });
    this.#without = element('span', { class: 'against', 'data-count': `${id}-without` });
    this.#bars = [element('i', { class: 'bar with' }), element('i', { class: 'bar without' })];
    this.#note = element('p', { class: 'note' });
    this.node = element(
      'div',
      { class: 'tile' },
      element('h2', {}, title),
      element(
        'p',
        { class: 'numbers' },
        this.#with,
        element('span', { class: 'unit' }, 'with the cache'),
        this.#without,
        element('span', { class: 'unit' }, 'without'),
      ),
      element('div', { class: 'bars', 'aria-hidden': 'true' }, ...this.#bars),
      this.#note,
    );
  }

  show(paid, without, note) {
    setText(this.#with, String(paid));
    setText(this.#without, String(without));
    setText(this.#note, note);
    const longest = Math.max(paid, without, 1);
    this.#bars[0].style.width = `${(100 * paid) / longest}%`;
    this.#bars[1].style.width = `${(100 * without) / longest}%`;
  }
}

const avoided = [
  ['memory', 'answered from memory', 'a card asked and the cache answered: a new view, a rebuilt card'],
  ['storage', 'answered from localStorage', 'the same after a reload'],
  ['spared', 'not asked again', 'the event did not concern the user, or spared a paid text'],
];

/** The running count: what the server counted, and what the same questions would have cost without the cache. */
export class Scoreboard {
  #calls = new Comparison('calls', 'Calls to the server');
  #texts = new Comparison('texts', 'Paid texts from a language model');
  #avoided = new Map(avoided.map(([what]) => [what, element('dd', { 'data-count': what })]));

  constructor(host) {
    host.append(
      this.#calls.node,
      this.#texts.node,
      element(
        'div',
        { class: 'tile' },
        element('h2', {}, 'Calls that were not made'),
        element(
          'dl',
          { class: 'breakdown' },
          ...avoided.flatMap(([what, label, title]) => [element('dt', { title }, label), this.#avoided.get(what)]),
        ),
      ),
    );
  }

  /** `server`: the latest counts of this session. */
  show(server, ledger) {
    const saved = Math.max(0, ledger.generations - server.generations);
    this.#calls.show(
      server.calls,
      server.calls + ledger.avoided,
      `As the server counted; ${server.worked} of them meant work behind it.`,
    );
    this.#texts.show(
      server.generations,
      server.generations + saved,
      saved === 0 ? 'The server keeps a text for 5 minutes too.' : `${times(saved, 'text')} saved.`,
    );
    for (const [what, node] of this.#avoided) setText(node, String(ledger.counts[what]));
  }
}
