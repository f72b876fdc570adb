// Lists and numbers that both sides of the border hold: TypeScript's against the headers that they mirror.
import assert from 'node:assert/strict';
import test from 'node:test';
import { importSources } from './support/ownSources.mjs';
import { sourcesIn, uncommented } from './support/sources.mjs';

const names = await importSources('js/border/names.ts');
const message = await importSources('js/border/message.ts');
const headers = sourcesIn('wasm', '.hpp', '.cpp');
const script = sourcesIn('js', '.ts');

/** The text of the file of that name, wherever it lies below its folder; comments count for nothing. */
function textOf(files, name) {
  const found = files.filter(({ path }) => path.endsWith(`/${name}`));
  assert.equal(found.length, 1, name);
  return uncommented(found[0]);
}

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** `[name, number]` of each member of an enum of C++. */
function membersOf(file, name) {
  const body = new RegExp(`enum (?:class )?${name}\\b[^{]*\\{([^}]*)\\}`).exec(textOf(headers, file))?.[1];
  assert.ok(body, `${name} in ${file}`);
  let next = 0;
  return body
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
    .map((member) => {
      const [own, value = String(next)] = member.split(/\s*=\s*/);
      next = Number(value) + 1;
      return [camel(own), Number(value)];
    });
}

const numbered = (list) => list.map((name, index) => [name, index]);
const numberIn = (file, pattern) => Number(pattern.exec(textOf(headers, file))?.[1]?.replaceAll("'", ''));

test('names of numbers are in the order of their enum', () => {
  assert.deepEqual(numbered(names.ERRORS), membersOf('statistics.hpp', 'ErrorKind'));
  assert.deepEqual(numbered(names.REMOVAL_CAUSES), membersOf('entry_facts.hpp', 'RemovalCause'));
  assert.deepEqual(numbered(names.ALERTS), membersOf('statistics.hpp', 'AlertKind'));
  assert.deepEqual(numbered(names.REASONS), membersOf('event_filter.hpp', 'Reason'));
  assert.deepEqual(Object.entries(names.ON_EVENT), membersOf('coordinator.hpp', 'OnEvent'));
  assert.deepEqual(
    Object.entries(names.ON_LOAD),
    membersOf('coordinator.hpp', 'OnLoad').filter(([name]) => name !== 'missed'),
  );
  assert.deepEqual(Object.entries(names.Reach), membersOf('two_tier_cache.hpp', 'Reach'));
  const ends = membersOf('calls_fetching.cpp', 'RefreshEnd').filter(([name]) => name !== 'refreshEnds');
  assert.deepEqual(numbered(names.REFRESH_ENDS), ends);
});

test('bits and words are the same', () => {
  const fields = membersOf('calls_selectors.cpp', 'Field').map(([name, bit]) => [
    { asText: 'text', keysListed: 'keys' }[name] ?? name,
    bit,
  ]);
  assert.deepEqual(Object.entries(names.Field), fields);
  assert.deepEqual(Object.entries(names.News), membersOf('call.hpp', 'News'));
  const words = membersOf('call.hpp', 'Word').filter(([name]) => name !== 'wordCount');
  assert.deepEqual(Object.entries(message.Word), words);
});

test('numbers are the same', () => {
  assert.equal(message.RING_SIZE, numberIn('call.hpp', /ring_size = (\d+)/));
  const [, one, shift] = /most_json_bytes = (\d+) << (\d+)/.exec(textOf(headers, 'compressed_json.hpp'));
  assert.equal(names.MOST_JSON_BYTES, Number(one) << Number(shift));
  assert.equal(names.LINGER, numberIn('coordinator.hpp', /Millis linger\{([\d']+)\}/));
  const deepest = Number(/DEEPEST = ([\d_]+)/.exec(textOf(script, 'values.ts'))[1].replaceAll('_', ''));
  assert.equal(deepest, numberIn('json_scanner.hpp', /max_depth = ([\d']+)/));
});

test('every call has the number that the core gives it', () => {
  const calls = textOf(headers, 'calls.hpp');
  const most = numberIn('calls.hpp', /most_calls = (\d+)/);
  const tables = /all_calls\{([^}]*)\}/.exec(calls)[1].match(/\w+(?=_calls)/g);
  const own = tables.flatMap((table, index) => {
    const names = /std::array all\{([^}]*)\}/.exec(textOf(headers, `calls_${table}.cpp`))[1].match(/\w+/g);
    assert.ok(names.length <= most, table);
    return names.map((name, place) => [camel(name), index * most + place]);
  });
  let next = 0;
  const body = /enum Call \{([^}]*)\}/.exec(textOf(script, 'calls.ts'))[1];
  const numbers = [...body.matchAll(/^\s*(\w+)(?: = (\d+))?,/gm)].map(([, name, value = String(next)]) => {
    next = Number(value) + 1;
    return [name, Number(value)];
  });
  assert.ok(numbers.length > 40);
  assert.deepEqual(numbers, own);
});

test('an entry is written in the order in which it is read', () => {
  const reading = /EntryMessage read_entry[^]*?\n\}/.exec(textOf(headers, 'entry.cpp'))[0];
  const read = [...reading.matchAll(/(?:facts\.|auto )(\w+) =/g)].map(([, name]) => camel(name));
  const writing = /function writeEntry[^]*?\n\}/.exec(textOf(script, 'entry.ts'))[0];
  const written = [...writing.matchAll(/\.(?:number|flag|name|names)\((\w+)\)/g)].map(([, name]) => name);
  const same = { exemptFromEvents: 'exempt', isStored: 'stored' };
  assert.deepEqual(
    written,
    read.map((name) => same[name] ?? name),
  );
});

test('statistics are named in the order in which they lie', () => {
  const header = textOf(headers, 'statistics_report.hpp');
  const body = (name) => new RegExp(`struct ${name} \\{([^]*?)\\n\\}`).exec(header)[1];
  const fieldsOf = (text) =>
    [...text.matchAll(/^\s*[\w:<>, ]*?[\w>]+ ((?:\w+(?: = 0)?(?:\{\})?(?:, )?)+)(?:\{\})?;/gm)].flatMap(([, list]) =>
      list.split(', ').map((field) => camel(/\w+/.exec(field)[0])),
    );
  const tier = fieldsOf(body('TierNumbers'));
  const all = fieldsOf(body('StatisticsNumbers')).flatMap((field) =>
    field === 'memory' || field === 'storage' ? tier.map((own) => `${field}.${own}`) : [field],
  );
  assert.deepEqual(all, [
    ...['memory', 'storage'].flatMap((name) =>
      ['entries', 'hits', 'misses', 'evictions', 'expired', 'hitRate'].map((own) => `${name}.${own}`),
    ),
    ...[
      'available',
      'bytes',
      'plainBytes',
      'budget',
      'invalidations',
      'eventsSeen',
      'eventsConcerned',
      'errors',
      'failing',
    ],
    'spared',
  ]);
  assert.deepEqual(fieldsOf(body('EndpointNumbers')), ['hits', 'misses', 'entries']);
  const naming = /export function nameStatistics[^]*?\n\}/.exec(textOf(script, 'statistics.ts'))[0];
  const taken = [...naming.matchAll(/'(\w+)'/g)].map(([, name]) => name);
  const tierNames = ['entries', 'hits', 'misses', 'evictions', 'expired', 'hitRate'];
  const ofStorage = ['available', 'bytes', 'plainBytes', 'budget', 'floors'];
  assert.deepEqual(taken, [...tierNames, ...ofStorage, 'seen', 'concerned', 'failing', 'spared']);
});
