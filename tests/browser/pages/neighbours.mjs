/**
 * Put into a page before anything runs there: `neighbours`, who share the origin's localStorage with the cache. What they keep
 * can be told from its name and length alone, so that it can be compared after a reload.
 */
export function bringNeighbours() {
  const latin = '{"state":"über 21,5 °C","attributes":{"friendly_name":"Küche"}},';
  const wide = '{"state":"⏰ 会議 🐉","attributes":{"friendly_name":"Кухня"}},';
  const textOf = (name, length) => {
    const unit = name.startsWith('w') ? wide : latin;
    return (name + unit.repeat(Math.ceil(length / unit.length))).slice(0, length);
  };
  const write = (name, length) => {
    try {
      localStorage.setItem(name, textOf(name, length));
      return true;
    } catch {
      return false;
    }
  };

  /** Home Assistant's own, other cards', and names that come near to those of a cache in the namespace `probe_`. */
  const usual = [
    'hassTokens',
    'selectedTheme',
    'sidebarPanelOrder',
    'browser_mod-browser-id',
    'agiletrack_selected_team',
    'probe',
    'probe-plan',
    'Probe_plan',
    'xprobe_plan',
    'probe2_plan',
    '@sara/plan',
    '!floor:plan',
    '',
    'w 会議',
  ];

  globalThis.neighbours = {
    /** Takes all the room there is, to the last unit; gives what lies there, as `[name, length]`. */
    fill(round) {
      const kept = [];
      const keep = (name, length) => write(name, length) && kept.push([name, length]);
      if (round === 0) for (const name of usual) keep(name, 40 + name.length);
      let number = 0;
      for (let length = 262_144; length >= 8; length = Math.floor(length / 2)) {
        // Units above Latin-1 cost one engine twice as much.
        while (keep(`${number % 2 ? 'wide' : 'latin'} ${round} ${number}`, length)) number += 1;
      }
      const [last] = kept.at(-1);
      while (write(last, kept.at(-1)[1] + 1)) kept.at(-1)[1] += 1;
      return kept;
    },

    /** Gives room back: every third of what is kept; what is left of it. */
    leave(kept) {
      return kept.filter(([name], index) => {
        if (index % 3 === 0) localStorage.removeItem(name);
        return index % 3 !== 0;
      });
    },

    /** The names whose text is not what was written. */
    harmed: (kept) => kept.filter(([name, length]) => localStorage.getItem(name) !== textOf(name, length)),
  };
}
