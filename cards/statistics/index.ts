import type { CardDefinition } from '../defineCard.ts';
import { CARD_TYPE, StatisticsCard } from './card.ts';

export const statistics: CardDefinition = {
  entry: {
    type: CARD_TYPE,
    name: 'Statistics (cardcache)',
    description: 'Long-term statistics as a chart or a table. There at once after a reload.',
    preview: true,
  },
  element: StatisticsCard,
};
