import type { CardHass } from '../hass.ts';
import { isRecord } from '../records.ts';

/** For the card picker: statistics that this home has, so that the preview shows real data. */
export async function stubConfig(hass: CardHass): Promise<Record<string, unknown>> {
  const listed = await hass.callWS({ type: 'recorder/list_statistic_ids' }).catch(() => []);
  const all = Array.isArray(listed) ? listed.filter(isRecord) : [];
  const measured = all.find(({ has_mean: hasMean, mean_type: mean }) => hasMean === true || Number(mean) > 0);
  const id = (measured ?? all[0])?.statistic_id;
  return { entities: [typeof id === 'string' ? id : 'sensor.outdoor_temperature'], period: 'hour', days_to_show: 7 };
}
