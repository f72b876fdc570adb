import { dailyPlan } from './daily-plan/index.ts';
import { defineCard } from './defineCard.ts';

for (const { entry, element } of [dailyPlan]) defineCard(entry, element);
