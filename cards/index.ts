import { dailyPlan } from './daily-plan/index.ts';
import { defineCard } from './defineCard.ts';
import { statistics } from './statistics/index.ts';

for (const { entry, element } of [dailyPlan, statistics]) defineCard(entry, element);
