// Writes the core with all its mutants inside: sites nest, so each is written around what is left of the source in it.

/**
 * Gives mutants their numbers, from 1 on. Of the sites that several files' trees show (headers) the first counts.
 * Returns the mutants: `{ id, file, at, change }`.
 */
export function numbered(sites) {
  const mutants = [];
  const shared = new Map();
  for (const site of sites) {
    const at = site.declaredAt ?? { file: site.file, begin: site.begin };
    const name = site.declaredAt && `${at.file}:${at.begin}`;
    site.first = shared.get(name) ?? mutants.length + 1;
    if (name && shared.has(name)) continue;
    if (name) shared.set(name, site.first);
    for (const change of site.changes) {
      mutants.push({ id: mutants.length + 1, file: at.file, at: at.begin, change });
    }
  }
  return mutants;
}

/** Each place once, outer sites before those inside them; of equal places the one that was found first is the outer. */
export function distinct(sites) {
  const seen = new Set();
  const kept = sites.filter((site) => {
    const name = `${site.file}:${site.begin}:${site.end}:${site.changes.join()}`;
    return !seen.has(name) && seen.add(name);
  });
  const order = new Map(kept.map((site, index) => [site, index]));
  return kept.sort(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
      a.begin - b.begin ||
      b.end - a.end ||
      order.get(a) - order.get(b),
  );
}

/** The text of one file with its sites written in; each site learns where in the new text it stands (`written`). */
export function withSites(source, sites) {
  const roots = nest(sites);
  let out = '';
  const write = (begin, end, inside) => {
    let at = begin;
    for (const site of inside) {
      if (site.begin < at || site.end > end) continue;
      out += source.slice(at, site.begin);
      const started = out.length;
      for (const part of site.parts) {
        if (typeof part === 'string') out += part;
        else if (typeof part === 'number') out += String(site.first + part);
        else write(part[0], part[1], site.inside);
      }
      site.written = { begin: started, end: out.length };
      at = site.end;
    }
    out += source.slice(at, end);
  };
  write(0, source.length, roots);
  return out;
}

function nest(sites) {
  const roots = [];
  const open = [];
  for (const site of sites) {
    site.inside = [];
    while (open.length > 0 && open.at(-1).end <= site.begin) open.pop();
    const outer = open.at(-1);
    if (outer && site.end > outer.end) throw new Error(`sites of ${site.file} cross at ${site.begin}`);
    (outer ? outer.inside : roots).push(site);
    open.push(site);
  }
  return roots;
}
