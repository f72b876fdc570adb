// Holds a value against a shape of tests/contracts/tasktracker (its README says how they are written).
import { readFileSync } from 'node:fs';

const FOLDER = new URL('../../contracts/tasktracker/', import.meta.url);

export function contract(name) {
  return JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
}

const TYPES = contract('types');

const PLAIN = {
  any: () => true,
  null: (value) => value === null,
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  date: (value) => /^\d{4}-\d\d-\d\d$/.test(value),
  moment: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value),
  time: (value) => /^\d\d:\d\d(:\d\d)?$/.test(value),
};

/** What does not fit, one line each; an empty list for a value that does. */
export function misfits(value, shape, path = '$') {
  if (typeof shape === 'string') {
    const all = shape.split('|').map((each) => misfitsOfName(value, each, path));
    return (
      all.find((list) => list.length === 0) ??
      (all.length === 1 ? all[0] : [`${path} is no ${shape}: ${all.join('; ')}`])
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`];
  const allowed = new Set();
  const found = [];
  for (const [field, fieldShape] of Object.entries(shape)) {
    const name = field.replace(/\?$/, '');
    allowed.add(name);
    if (Object.hasOwn(value, name)) found.push(...misfits(value[name], fieldShape, `${path}.${name}`));
    else if (name === field) found.push(`${path}.${name} is missing`);
  }
  return [
    ...found,
    ...Object.keys(value)
      .filter((name) => !allowed.has(name))
      .map((name) => `${path}.${name} is too many`),
  ];
}

function misfitsOfName(value, name, path) {
  if (name.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((each, index) => misfits(each, name.slice(0, -2), `${path}[${index}]`));
  }
  if (name in PLAIN) return PLAIN[name](value) ? [] : [`${path} is no ${name}`];
  if (!(name in TYPES)) throw new Error(`unknown shape ${name}`);
  return misfits(value, TYPES[name], path);
}
