import { ConfigFields } from '../configFields.ts';
import { isRecord } from '../records.ts';
import { Patterns, USUAL_READS } from './patterns.ts';
import { textsOf } from './texts.ts';

const SECOND = 1000;
const DEFAULTS = { ttl: 300, stale: 86_400, round: 60 };

/** How the answers of some requests are kept, ms. */
export interface ReadRule {
  reads: Patterns;
  ttl: number;
  /** How long after that an answer is given all the same, while a new one is fetched. */
  stale: number;
  /** To what times that move with the clock are rounded. */
  round: number;
}

export interface CachedConfig {
  type: string;
  card: Record<string, unknown>;
  rules: ReadRule[];
}

/** Throws with a text that Home Assistant shows in the card's place. */
export function readConfig(value: unknown): CachedConfig {
  const fields = new ConfigFields(value);
  const card = fields.given('card');
  if (!isRecord(card) || typeof card.type !== 'string') {
    throw new Error('"card" must be the configuration of the card to be wrapped, with at least a type.');
  }
  if (card.type === fields.text('type')) throw new Error('"card" must be another card than this one.');
  return { type: fields.text('type') ?? '', card, rules: readRules(fields) };
}

function readRules(fields: ConfigFields): ReadRule[] {
  const general = spans(fields, DEFAULTS);
  const reads = fields.given('reads');
  // What Home Assistant's editor leaves of a field for YAML that has been emptied.
  const isEmptied = isRecord(reads) && Object.keys(reads).length === 0;
  const given = isEmptied ? USUAL_READS : (reads ?? USUAL_READS);
  if (!Array.isArray(given)) throw new Error('"reads" must be a list of patterns, such as ws:history/*.');
  // A pattern alone keeps to the card's own times, as do all that are left out.
  return given.map((read: unknown) => {
    const own = typeof read === 'string' ? { match: read } : read;
    if (!isRecord(own)) {
      throw new Error(
        'Each entry of "reads" must be a pattern such as ws:history/*, or an object with "match" and optionally "ttl", ' +
          `"stale" and "round", not ${JSON.stringify(read)}.`,
      );
    }
    const rule = new ConfigFields(own);
    const match = rule.text('match');
    if (match === undefined || !/^(ws|api|service):./.test(match)) {
      throw new Error(`"reads" names requests as ws:…, api:… or service:…, not ${JSON.stringify(match ?? read)}.`);
    }
    return inMilliseconds(match, spans(rule, general));
  });
}

function spans(fields: ConfigFields, otherwise: typeof DEFAULTS): typeof DEFAULTS {
  return {
    ttl: fields.seconds('ttl') ?? otherwise.ttl,
    stale: fields.seconds('stale') ?? otherwise.stale,
    round: Math.max(1, fields.seconds('round') ?? otherwise.round),
  };
}

function inMilliseconds(match: string, { ttl, stale, round }: typeof DEFAULTS): ReadRule {
  return { reads: new Patterns([match]), ttl: ttl * SECOND, stale: stale * SECOND, round: round * SECOND };
}

/** Home Assistant's visual editor. Forms know no cards: the wrapped one is written as YAML there, too. */
export function configForm(): object {
  const { form } = textsOf(document.documentElement.lang);
  const seconds = (name: keyof typeof DEFAULTS): object => ({
    name,
    default: DEFAULTS[name],
    selector: { number: { min: name === 'round' ? 1 : 0, mode: 'box', unit_of_measurement: 's' } },
  });
  return {
    schema: [
      { name: 'card', required: true, selector: { object: {} } },
      { type: 'grid', name: '', schema: [seconds('ttl'), seconds('stale'), seconds('round')] },
      { name: 'reads', selector: { object: {} } },
    ],
    computeLabel: ({ name }: { name: string }) => form.labels[name] ?? name,
    computeHelper: ({ name }: { name: string }) => form.helpers[name],
    // Whatever else makes no sense the card beside the form says: the form is given up for YAML where this throws.
    assertConfig: (value: unknown) => {
      const fields = new ConfigFields(value);
      for (const name of ['ttl', 'stale', 'round']) fields.number(name);
    },
  };
}
