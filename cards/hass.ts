import type { HomeAssistant } from '../js/hass/index.ts';

/** The parts of Home Assistant's `hass` that the cards use. */
export interface CardHass extends Omit<HomeAssistant, 'callService' | 'callWS'> {
  callService(
    domain: string,
    service: string,
    data: Record<string, unknown>,
    target: Record<string, unknown>,
    notifyOnError: boolean,
    returnResponse: boolean,
  ): Promise<{ response?: unknown }>;
  callWS(message: Record<string, unknown>): Promise<unknown>;
  language?: string;
  locale?: { language?: string; time_format?: string; time_zone?: string };
  config?: { state?: string; time_zone?: string };
}

/**
 * Home Assistant sets a new `hass` with every state change of any entity, hundreds a second in a large home. A card that shows no entity
 * needs to compare these few fields only.
 */
export function concernsCard(before: CardHass, after: CardHass): boolean {
  return (
    before.connection !== after.connection ||
    before.connected !== after.connected ||
    before.user?.id !== after.user?.id ||
    before.language !== after.language ||
    before.locale !== after.locale ||
    before.config?.state !== after.config?.state
  );
}
