/** Home Assistant's card picker shows every card alive, and does not tell it that it is on show. */
export function isInPicker(card: Element): boolean {
  const root = card.getRootNode();
  return root instanceof ShadowRoot && root.host.localName === 'hui-card-picker';
}
