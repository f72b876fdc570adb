import { defineCard } from '../defineCard.ts';
import { CARD_TYPE, DailyPlanCard } from './card.ts';

defineCard({
  entry: {
    type: CARD_TYPE,
    name: 'Daily plan (cardcache)',
    description:
      "A TaskTracker user's day: tasks, self-care and a word of encouragement. There at once after a reload.",
    preview: true,
  },
  element: DailyPlanCard,
});
