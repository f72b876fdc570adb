import type { CardHass } from '../hass.ts';
import { isRecord } from '../records.ts';

/** What Home Assistant's `hui-card` sets of a card and asks it for; a card of one's own need have none of it but `setConfig`. */
export interface HostedCard extends HTMLElement {
  hass?: CardHass;
  preview?: boolean;
  /** `preview` by its older name. */
  editMode?: boolean;
  layout?: string;
  /** `layout`, as cards for panels know it. */
  isPanel?: boolean;
  connectedWhileHidden?: boolean;
  setConfig?(config: Record<string, unknown>): void;
  getCardSize?(): number | Promise<number>;
  getGridOptions?(): Record<string, unknown> | undefined;
  getLayoutOptions?(): Record<string, unknown> | undefined;
}

export function setPreview(card: HostedCard, preview: boolean): void {
  card.preview = preview;
  card.editMode = preview;
}

export function setLayout(card: HostedCard, layout: string | undefined): void {
  card.layout = layout;
  card.isPanel = layout === 'panel';
}

/** Rows of 50 px; what cannot say has 1. A card whose code is on its way is waited for. */
export function sizeOf(card: HostedCard): number | Promise<number> {
  try {
    if (card.getCardSize) {
      const size = card.getCardSize();
      return typeof size === 'number' ? size : Promise.resolve(size).catch(() => 1);
    }
    const { localName } = card;
    if (customElements.get(localName)) return 1;
    return customElements.whenDefined(localName).then(
      () => sizeOf(card),
      () => 1,
    );
  } catch {
    return 1;
  }
}

/** What the card says of its room in a section, and over it what its configuration says, each in its newer or its older form. */
export function gridOptionsOf(card: HostedCard | undefined, config: Record<string, unknown>): Record<string, unknown> {
  const { grid_options: grid, layout_options: layout } = config;
  return { ...optionsOf(card), ...(isRecord(grid) ? grid : fromLayout(layout)) };
}

function optionsOf(card: HostedCard | undefined): Record<string, unknown> | undefined {
  try {
    return card?.getGridOptions ? card.getGridOptions() : fromLayout(card?.getLayoutOptions?.());
  } catch (error) {
    // The section would not be laid out at all.
    console.error(card?.localName, error);
    return undefined;
  }
}

/** A section had 4 columns, and has 12. */
const COLUMN = 3;

function fromLayout(options: unknown): Record<string, unknown> {
  if (!isRecord(options)) return {};
  const migrated = Object.entries(options)
    .filter(([name, value]) => name.startsWith('grid_') && value !== undefined)
    .map(([name, value]) => [
      name.slice('grid_'.length),
      name.endsWith('columns') && typeof value === 'number' ? value * COLUMN : value,
    ]);
  return Object.fromEntries(migrated) as Record<string, unknown>;
}

/**
 * Conditions under which a card is shown are not the card's own business: Home Assistant's card for conditions has to keep to
 * them. That one knows no entity of the card that a condition without one would be about.
 */
export function withConditions(card: Record<string, unknown>): Record<string, unknown> {
  const { visibility, entity } = card;
  if (!Array.isArray(visibility) || visibility.length === 0) return card;
  return { type: 'conditional', conditions: typeof entity === 'string' ? about(visibility, entity) : visibility, card };
}

function about(conditions: unknown[], entity: string): unknown[] {
  return conditions.map((condition) => {
    if (!isRecord(condition)) return condition;
    if (Array.isArray(condition.conditions)) return { ...condition, conditions: about(condition.conditions, entity) };
    const { condition: kind = 'state' } = condition;
    const isOfEntity = typeof kind === 'string' && kind.endsWith('state');
    return isOfEntity ? { entity, ...condition } : condition;
  });
}
