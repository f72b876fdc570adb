import { ConfigFields } from '../configFields.ts';
import { textsOf } from './texts.ts';

export const ORDERS = ['list', 'due', 'name'] as const;
export const COMPLETED = ['show', 'collapse', 'hide'] as const;

export interface TodoConfig {
  type: string;
  entity: string;
  title?: string;
  order: (typeof ORDERS)[number];
  completed: (typeof COMPLETED)[number];
  show_add: boolean;
}

/** Throws an error whose message Home Assistant shows in the card's place. */
export function readConfig(value: unknown): TodoConfig {
  const fields = new ConfigFields(value);
  const entity = fields.text('entity');
  if (entity === undefined) throw new Error('"entity" is missing: name a to-do list, such as todo.shopping_list.');
  if (!/^todo\.\w+$/.test(entity)) {
    throw new Error(`"entity" must be a to-do list, such as todo.shopping_list, not ${JSON.stringify(entity)}.`);
  }
  return {
    type: fields.text('type') ?? '',
    entity,
    title: fields.text('title'),
    order: fields.choice('order', ORDERS) ?? 'list',
    completed: fields.choice('completed', COMPLETED) ?? 'show',
    show_add: fields.flag('show_add') ?? true,
  };
}

/** Home Assistant's visual editor. */
export function configForm(): object {
  const { form } = textsOf(document.documentElement.lang);
  const select = (name: string, values: readonly string[]): object => ({
    name,
    default: values[0],
    selector: { select: { mode: 'dropdown', options: values.map((value) => ({ value, label: form.choices[value] })) } },
  });
  return {
    schema: [
      { name: 'entity', required: true, selector: { entity: { domain: 'todo' } } },
      { name: 'title', selector: { text: {} } },
      select('order', ORDERS),
      select('completed', COMPLETED),
      { name: 'show_add', default: true, selector: { boolean: {} } },
    ],
    computeLabel: ({ name }: { name: string }) => form.labels[name] ?? name,
    computeHelper: ({ name }: { name: string }) => form.helpers[name],
    // While no list is chosen, the preview card says so. If this throws, Home Assistant replaces the form by the YAML editor.
    assertConfig: (value: unknown) => {
      new ConfigFields(value).text('entity');
      readConfig({ ...(value as object), entity: 'todo.chosen' });
    },
  };
}
