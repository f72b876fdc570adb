/** Home Assistant's card picker renders real cards and does not tell them so. */
export function isInPicker(card: Element): boolean {
  const root = card.getRootNode();
  return root instanceof ShadowRoot && root.host.localName === 'hui-card-picker';
}
