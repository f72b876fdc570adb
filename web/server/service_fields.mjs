import { ServiceError } from './service_error.mjs';

const kinds = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  // update_task takes its id as text, complete_task as a number; Home Assistant coerces either way.
  id: (value) => typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value)),
  flag: (value) => typeof value === 'boolean',
  names: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
  taskType: (value) => ['RecurringTask', 'AdHocTask', 'SelfCareTask'].includes(value),
  date: (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
};

/** Checks a service's data against its fields (`'text'`, or `'text!'` where it is required) as Home Assistant's schemas do. */
export function checkFields(fields, data) {
  for (const [name, kind] of Object.entries(fields)) {
    if (data[name] === undefined && kind.endsWith('!')) {
      throw new ServiceError('invalid_format', `required key not provided at '${name}'`);
    }
  }
  for (const [name, value] of Object.entries(data)) {
    const kind = fields[name]?.replace('!', '');
    if (!kind) throw new ServiceError('invalid_format', `not a valid option at '${name}'`);
    if (!kinds[kind](value)) throw new ServiceError('invalid_format', `expected ${kind} at '${name}'`);
  }
}
