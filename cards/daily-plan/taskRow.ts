import { html, nothing, svg, type TemplateResult } from 'lit';
import { icons } from '../icons.ts';
import { taskId, type Task } from '../tasktracker/answers.ts';
import { careWindows } from './careWindows.ts';
import type { View } from './view.ts';

/** One task: a button that completes it, its name, and what one needs to know to begin. */
export function taskRow(task: Task, view: View): TemplateResult {
  const { duration_minutes: duration, last_completion_notes: notes } = task;
  const severity = task.is_overdue ? (task.overdue_severity ?? 1) : nothing;
  return html`<li class="task" data-task=${taskId(task)} data-overdue=${severity} ?data-busy=${view.isBusy(task)}>
    ${completeButton(task, view)}
    <div class="body">
      <div class="first">
        <span class="name">${task.name}</span>
        ${duration ? html`<span class="duration">${view.language.duration(duration)}</span>` : nothing}
      </div>
      ${facts(task, view)} ${careWindows(task, view)}
      ${notes ? html`<div class="note">${view.texts.lastTime(notes)}</div>` : nothing}
    </div>
  </li>`;
}

function completeButton(task: Task, view: View): TemplateResult {
  const { required, done } = occurrences(task);
  const label = required > 1 ? view.texts.completeOnce(task.name, done, required) : view.texts.complete(task.name);
  return html`<button
    class="complete"
    type="button"
    data-action="complete"
    aria-label=${label}
    title=${label}
    aria-disabled=${view.isBusy(task) ? 'true' : 'false'}
    @click=${(event: MouseEvent) => {
      // The next row moves under the pointer, and the second click of a double click must not hit it.
      if (event.detail < 2) view.complete(task);
    }}
  >
    <svg class="ring" viewBox="0 0 28 28" aria-hidden="true" focusable="false">
      <circle class="track" cx="14" cy="14" r="11" />
      ${
        done > 0
          ? svg`<circle class="progress" cx="14" cy="14" r="11" pathLength=${required} stroke-dasharray="${done} ${required}" />`
          : nothing
      }
      <path class="tick" d="M9 14.5 12.5 18 19 10.5" />
    </svg>
  </button>`;
}

function facts(task: Task, view: View): TemplateResult | typeof nothing {
  const { texts, language } = view;
  const { required, done } = occurrences(task);
  const others = view.others(task);
  const items = [
    task.is_overdue
      ? html`<li class="overdue">${icons.alert}<bdi>${texts.overdue(task.days_overdue ?? 0, language)}</bdi></li>`
      : nothing,
    required > 1 ? html`<li><bdi>${texts.occurrences(done, required)}</bdi></li>` : nothing,
    others.length > 0 ? html`<li>${icons.people}<bdi>${texts.sharedWith(language.list(others))}</bdi></li>` : nothing,
    task.priority === 1 ? html`<li>${icons.flag}${texts.highPriority}</li>` : nothing,
  ].filter((item) => item !== nothing);
  return items.length > 0
    ? html`<ul class="facts">
        ${items}
      </ul>`
    : nothing;
}

function occurrences(task: Task): { required: number; done: number } {
  const required = task.required_occurrences ?? 1;
  return { required, done: Math.max(0, required - (task.outstanding_occurrences ?? required)) };
}
