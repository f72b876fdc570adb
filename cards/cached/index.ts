import { defineCard } from '../defineCard.ts';
import { CachedCard, CARD_TYPE } from './card.ts';

defineCard({
  entry: {
    type: CARD_TYPE,
    name: 'Cached card (cardcache)',
    description:
      'Wraps any other card and answers what it asks again and again: history, statistics, calendars, forecasts.',
    preview: true,
  },
  element: CachedCard,
});
