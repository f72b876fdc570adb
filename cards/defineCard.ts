/** A card's element and its entry in Home Assistant's card picker. */
interface CardDefinition {
  entry: CardEntry;
  element: CustomElementConstructor;
}

interface CardEntry {
  type: string;
  name: string;
  description: string;
  preview: boolean;
}

declare global {
  interface Window {
    customCards?: CardEntry[];
  }
}

/**
 * Must run while the card file is first evaluated: Home Assistant gives a card's element two seconds to be defined. A file that
 * is loaded under two addresses (`?v=1`, `?v=2`, after an update) runs twice: the first definition stays, and the second run
 * does no harm.
 */
export function defineCard({ entry, element }: CardDefinition): void {
  try {
    if (!customElements.get(entry.type)) customElements.define(entry.type, element);
    const cards = (window.customCards ??= []);
    if (!cards.some((card) => card.type === entry.type)) cards.push(entry);
  } catch (error) {
    // One card's failure must not stop the next.
    console.error(`cardcache: ${entry.type} cannot be defined in this browser; the other cards still work`, error);
  }
}
