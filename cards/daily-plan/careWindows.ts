import { html, nothing, type TemplateResult } from 'lit';
import { icons } from '../icons.ts';
import { minutesIntoDay, minutesOf, wallMinutes } from '../logicalDay.ts';
import type { CareWindow, Task } from '../tasktracker/answers.ts';
import type { View } from './view.ts';

type State = 'done' | 'open' | 'missed' | 'later';

/** The times of day for a self-care task, and how far the day has got with them. */
export function careWindows(task: Task, view: View): TemplateResult | typeof nothing {
  if (!task.windows || task.windows.length === 0) return nothing;
  return html`<ul class="windows">
    ${task.windows.map((window) => careWindow(window, view))}
  </ul>`;
}

function careWindow(window: CareWindow, view: View): TemplateResult {
  const state = stateOf(window, view);
  const [from, to] = [window.start, window.end].map((time) => {
    const minutes = minutesOf(time);
    return minutes === undefined ? time : view.language.time(minutes);
  });
  return html`<li class="window" data-window=${state}>
    ${state === 'done' ? icons.check : icons.clock}
    <span>${window.label}</span>
    <span class="hours">${from}–${to}</span>
    <span class="spoken">, ${view.texts.window[state]}</span>
  </li>`;
}

/** Calculated within the logical day, so that 01:00 is late in the evening and a window may span midnight. */
function stateOf(window: CareWindow, { day, now }: View): State {
  if (window.completed) return 'done';
  const [start, end] = [minutesOf(window.start), minutesOf(window.end)];
  const clock = day && wallMinutes(now, day.timezone);
  if (!day || start === undefined || end === undefined || clock === undefined) return 'later';
  const time = minutesIntoDay(clock, day.daily_reset_time);
  if (time >= minutesIntoDay(end, day.daily_reset_time)) return 'missed';
  return time >= minutesIntoDay(start, day.daily_reset_time) ? 'open' : 'later';
}
