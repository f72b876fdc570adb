import { defineCard, type CardDefinition } from './defineCard.ts';

declare function require(path: './cached/index.ts'): { cached: CardDefinition };
declare function require(path: './todo/index.ts'): { todo: CardDefinition };
declare function require(path: './statistics/index.ts'): { statistics: CardDefinition };
declare function require(path: './daily-plan/index.ts'): { dailyPlan: CardDefinition };

// Each is loaded by itself, in this order and in this very task: what one needs and this browser lacks does not keep the others
// from being there. Where there are no elements at all, as on a server, none is.
if (typeof customElements !== 'undefined') {
  defineCard(() => require('./daily-plan/index.ts').dailyPlan);
  defineCard(() => require('./todo/index.ts').todo);
  defineCard(() => require('./statistics/index.ts').statistics);
  defineCard(() => require('./cached/index.ts').cached);
}
