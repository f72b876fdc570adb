import { defineCard } from '../defineCard.ts';
import { CARD_TYPE, TodoCard } from './card.ts';

defineCard({
  entry: {
    type: CARD_TYPE,
    name: 'To-do list (cardcache)',
    description:
      'Any to-do list of Home Assistant. There at once after a reload; ticks show before the server has answered.',
    preview: true,
  },
  element: TodoCard,
});
