import { cached } from './cached/index.ts';
import { dailyPlan } from './daily-plan/index.ts';
import { defineCard } from './defineCard.ts';
import { statistics } from './statistics/index.ts';
import { todo } from './todo/index.ts';

for (const { entry, element } of [dailyPlan, todo, statistics, cached]) defineCard(entry, element);
