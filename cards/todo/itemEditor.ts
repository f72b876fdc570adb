import { html, nothing, type TemplateResult } from 'lit';
import { readDue, timeField, writeDue } from './due.ts';
import { isRemovable, type TodoItem } from './items.ts';
import type { View } from './view.ts';

/** Shown in an item's place while it is edited. The fields keep what was typed, whatever the list does meanwhile. */
export function itemEditor(item: TodoItem, view: View): TemplateResult {
  const { texts, features } = view;
  const due = item.due ? readDue(item.due, view.now, view.zone) : undefined;
  const hasDate = features.dueDate || features.dueTime;
  return html`<li class="editor" data-item=${item.uid} data-part="editor">
    <form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        save(event.currentTarget as HTMLFormElement, item, view);
      }}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        view.close(item);
      }}
    >
      <label>
        <span>${texts.fields.summary}</span>
        <input name="summary" type="text" required autocomplete="off" .value=${item.summary} />
      </label>
      ${
        hasDate
          ? html`<div class="when">
              <label>
                <span>${texts.fields.date}</span>
                <input name="date" type="date" .value=${due?.date ?? ''} />
              </label>
              ${
                features.dueTime
                  ? html`<label>
                      <span>${texts.fields.time}</span>
                      <input name="time" type="time" .value=${timeField(due?.minutes)} />
                    </label>`
                  : nothing
              }
            </div>`
          : nothing
      }
      ${
        features.description
          ? html`<label>
              <span>${texts.fields.description}</span>
              <textarea name="description" rows="2" .value=${item.description ?? ''}></textarea>
            </label>`
          : nothing
      }
      <div class="actions">
        ${
          features.remove && isRemovable(item)
            ? html`<button class="text danger" type="button" data-action="remove" @click=${() => view.remove(item)}>
                ${texts.remove}
              </button>`
            : nothing
        }
        <span class="space"></span>
        <button class="text" type="button" data-action="cancel" @click=${() => view.close(item)}>
          ${texts.cancel}
        </button>
        <button class="text strong" type="submit" data-action="save">${texts.save}</button>
      </div>
    </form>
  </li>`;
}

function save(form: HTMLFormElement, item: TodoItem, view: View): void {
  const fields = new FormData(form);
  const text = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const summary = text('summary');
  if (summary === '') return;
  const { features } = view;
  const shown = item.due ? readDue(item.due, view.now, view.zone) : undefined;
  const hasDate = features.dueDate || features.dueTime;
  const isSameTime = !features.dueTime || text('time') === timeField(shown?.minutes);
  const isSameDue = text('date') === (shown?.date ?? '') && isSameTime;
  // A list that does not support whole days gets the start of the day.
  const time = text('time') || (features.dueDate ? '' : '00:00');
  // Fields may show less than the item contains (seconds, line breaks in a name), so untouched fields keep the item's value.
  view.close(item, {
    summary: summary === item.summary.replace(/[\r\n]/g, '').trim() ? item.summary : summary,
    due: hasDate && !isSameDue ? writeDue(text('date'), time, view.zone) : (item.due ?? null),
    description: features.description ? text('description') : (item.description ?? null),
  });
}
