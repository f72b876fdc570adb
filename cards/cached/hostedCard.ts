import type { CardHass } from '../hass.ts';
import { isRecord } from '../records.ts';

/** The members that Home Assistant's `hui-card` sets and reads. A card needs none of them but `setConfig`. */
export interface HostedCard extends HTMLElement {
  hass?: CardHass;
  preview?: boolean;
  /** The older name of `preview`. */
  editMode?: boolean;
  layout?: string;
  /** Tells older cards that `layout` is `panel`. */
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

/** The size in rows of 50 px; 1 if the card does not tell. Waits for a card whose code is still loading. */
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

/** The card's grid options, overridden by those in its configuration, each in its newer or its older form. */
export function gridOptionsOf(card: HostedCard | undefined, config: Record<string, unknown>): Record<string, unknown> {
  const { grid_options: grid, layout_options: layout } = config;
  return { ...optionsOf(card), ...(isRecord(grid) ? grid : fromLayout(layout)) };
}

function optionsOf(card: HostedCard | undefined): Record<string, unknown> | undefined {
  try {
    return card?.getGridOptions ? card.getGridOptions() : fromLayout(card?.getLayoutOptions?.());
  } catch (error) {
    // Otherwise the whole section would not be laid out.
    console.error(`cardcache: the grid options of ${card?.localName} failed, so the defaults are used`, error);
    return undefined;
  }
}

/** Sections once had 4 columns and now have 12. */
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
 * Adds the card's own visibility conditions by means of Home Assistant's conditional card. That card does not know the wrapped card's
 * entity, so conditions without an entity get it here.
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
