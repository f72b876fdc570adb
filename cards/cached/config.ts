import { ConfigFields } from '../configFields.ts';
import { isRecord } from '../records.ts';
import { Patterns, USUAL_READS } from './patterns.ts';
import { textsOf } from './texts.ts';

const SECOND = 1000;
const DEFAULTS = { ttl: 300, stale: 86_400, round: 60 };

/** How answers to matching requests are kept; times in ms. */
export interface ReadRule {
  reads: Patterns;
  ttl: number;
  /** How long after its `ttl` an answer may still be used while a new one is fetched. */
  stale: number;
  /** The precision to which moving times are rounded. */
  round: number;
}

export interface CachedConfig {
  type: string;
  card: Record<string, unknown>;
  rules: ReadRule[];
}

/** Throws an error whose message Home Assistant shows in the card's place. */
export function readConfig(value: unknown): CachedConfig {
  const fields = new ConfigFields(value);
  const card = fields.given('card');
  if (!isRecord(card) || typeof card.type !== 'string') {
    throw new Error('"card" must be the configuration of the card to be wrapped, with at least a type.');
  }
  if (card.type === fields.text('type')) throw new Error('"card" must be another card, not this one again.');
  return { type: fields.text('type') ?? '', card, rules: readRules(fields) };
}

function readRules(fields: ConfigFields): ReadRule[] {
  const general = spans(fields, DEFAULTS);
  const reads = fields.given('reads');
  // The value that Home Assistant's editor leaves for an emptied YAML field.
  const isEmptied = isRecord(reads) && Object.keys(reads).length === 0;
  const given = isEmptied ? USUAL_READS : (reads ?? USUAL_READS);
  if (!Array.isArray(given)) throw new Error('"reads" must be a list of patterns, such as ws:history/*.');
  // A bare pattern, or omitted times, use the card's own times.
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
      throw new Error(`"reads" must name requests as ws:…, api:… or service:…, not ${JSON.stringify(match ?? read)}.`);
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

/** Home Assistant's visual editor. Forms cannot hold cards, so the wrapped one is written as YAML there, too. */
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
    // The preview card reports all other mistakes. If this throws, Home Assistant replaces the form by the YAML editor.
    assertConfig: (value: unknown) => {
      const fields = new ConfigFields(value);
      for (const name of ['ttl', 'stale', 'round']) fields.number(name);
    },
  };
}
