import { html, nothing, type TemplateResult } from 'lit';
import { icons } from '../icons.ts';
import { isProvisional } from './changes.ts';
import { readDue } from './due.ts';
import type { TodoItem } from './items.ts';
import { nameOf, type View } from './view.ts';

/** One item: a checkbox, its name, which opens the editor, and its due date. */
export function itemRow(item: TodoItem, view: View): TemplateResult {
  const isNew = isProvisional(item);
  const canChange = view.features.update && !isNew && !item.isAmbiguous;
  const why = item.isAmbiguous ? view.texts.ambiguous : undefined;
  return html`<li
    class="item"
    data-item=${item.uid}
    data-status=${item.status}
    ?data-busy=${isNew}
    title=${why ?? nothing}
  >
    <button
      class="tick"
      type="button"
      role="checkbox"
      data-action="toggle"
      aria-checked=${item.status === 'completed' ? 'true' : 'false'}
      aria-label=${nameOf(item, view.texts)}
      aria-description=${why ?? nothing}
      aria-disabled=${canChange ? 'false' : 'true'}
      @click=${(event: MouseEvent) => {
        // The next row moves under the pointer, and the second click of a double click must not hit it.
        if (event.detail < 2 && canChange) view.toggle(item);
      }}
    >
      <svg class="box" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
        <rect x="3" y="3" width="18" height="18" rx="5" />
        <path d="M7.5 12.5 10.8 15.8 16.7 8.6" />
      </svg>
    </button>
    ${
      canChange
        ? html`<button class="body" type="button" data-action="edit" @click=${() => view.edit(item)}>
            <span class="spoken">${view.texts.edit}</span>${words(item, view)}
          </button>`
        : html`<div class="body">${words(item, view)}</div>`
    }
  </li>`;
}

function words(item: TodoItem, view: View): TemplateResult {
  return html`<bdi class="name">${nameOf(item, view.texts)}</bdi>${dueMark(item, view)}${
      item.description ? html`<bdi class="description">${item.description}</bdi>` : nothing
    }`;
}

function dueMark(item: TodoItem, view: View): TemplateResult | typeof nothing {
  const due = item.due ? readDue(item.due, view.now, view.zone) : undefined;
  if (!due) return nothing;
  const isLate = due.isOverdue && item.status === 'needs_action';
  const when = view.language.day(due.days, due.date, due.minutes);
  return html`<span class="due" ?data-overdue=${isLate}>
    ${isLate ? icons.alert : icons.clock}<span class="spoken">${view.texts.due}</span>${when}
  </span>`;
}
