import { defineCard } from '../defineCard.ts';
import { CARD_TYPE, StatisticsCard } from './card.ts';

defineCard({
  entry: {
    type: CARD_TYPE,
    name: 'Statistics (cardcache)',
    description: 'Long-term statistics as a chart or a table. There at once after a reload.',
    preview: true,
  },
  element: StatisticsCard,
});
