import { ServiceError } from './service_error.mjs';

/** The longest name or note. */
const LONGEST_TEXT = 2_000;
const MOST_NAMES = 20;

/** Whether a value is an object with fields. */
export const isRecord = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value) => typeof value === 'string' && value.length <= LONGEST_TEXT;

const kinds = {
  text: isText,
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  // update_task takes its id as a text, complete_task as a number; Home Assistant coerces both.
  id: (value) => typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)),
  flag: (value) => typeof value === 'boolean',
  names: (value) => Array.isArray(value) && value.length <= MOST_NAMES && value.every(isText),
  taskType: (value) => ['RecurringTask', 'AdHocTask', 'SelfCareTask'].includes(value),
  date: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};

/** Checks a service's data against its fields (`'text'`, or `'text!'` where it is required) as Home Assistant's schemas do. */
export function checkFields(fields, data) {
  for (const [name, kind] of Object.entries(fields)) {
    if (!Object.hasOwn(data, name) && kind.endsWith('!')) {
      throw new ServiceError('invalid_format', `required key not provided at '${name}'`);
    }
  }
  for (const [name, value] of Object.entries(data)) {
    const kind = Object.hasOwn(fields, name) ? fields[name].replace('!', '') : undefined;
    if (!kind) throw new ServiceError('invalid_format', `not a valid option at '${name}'`);
    if (!kinds[kind](value)) throw new ServiceError('invalid_format', `expected ${kind} at '${name}'`);
  }
}
