import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { DashboardCard } from '../dashboardCard.ts';
import { errorCode } from '../errors.ts';
import { frameStyles } from '../frameStyles.ts';
import type { CardHass } from '../hass.ts';
import { icons } from '../icons.ts';
import type { Language } from '../language.ts';
import { Notices } from '../notices.ts';
import { emptyState } from '../states.ts';
import { Actions, type ActionsHost } from './actions.ts';
import type { Fields } from './changes.ts';
import { configForm, readConfig, type TodoConfig } from './config.ts';
import { readDue, zoneOf } from './due.ts';
import { itemEditor } from './itemEditor.ts';
import { itemRow } from './itemRow.ts';
import { featuresOf, isRemovable, type TodoItem } from './items.ts';
import { changesBetween } from './listChanges.ts';
import { inOrder } from './order.ts';
import { todoStyles } from './styles.ts';
import { textsOf, type Texts } from './texts.ts';
import { TodoList, type ListEntity } from './todoList.ts';
import { nameOf, type View } from './view.ts';

export const CARD_TYPE = 'cardcache-todo-card';

/** A to-do list. TodoList holds its data. */
export class TodoCard extends DashboardCard<TodoConfig, Texts> implements ActionsHost {
  static override readonly styles = [frameStyles, todoStyles];
  static readonly getConfigForm = configForm;

  static getStubConfig(_hass: unknown, unused: string[] = [], all: string[] = []): Partial<TodoConfig> {
    const isList = (entity: string): boolean => entity.startsWith('todo.');
    const entity = unused.find(isList) ?? all.find(isList) ?? 'todo.shopping_list';
    return { entity, order: 'list', completed: 'show' };
  }

  #list: TodoList | undefined;
  #shown: TodoItem[] | undefined;
  #unfollow: (() => void) | undefined;
  /** The item as it was when its editor was opened, and typed fields that could not be saved. */
  #edited: TodoItem | undefined;
  #draft: Fields | undefined;
  #isFolded: boolean | undefined;
  #focus: (() => HTMLElement | null | undefined) | undefined;
  readonly notices = new Notices(this);
  readonly #actions = new Actions(this);

  setConfig(config: unknown): void {
    const before = this.config?.entity;
    const next = readConfig(config);
    this.#isFolded = undefined;
    // The open editor and the offered undo belong to the other list.
    if (before !== undefined && before !== next.entity) {
      this.#edited = this.#draft = undefined;
      this.notices.show(undefined);
    }
    this.configure(next);
  }

  protected override concerns(before: CardHass, after: CardHass): boolean {
    const entity = this.config?.entity ?? '';
    return super.concerns(before, after) || before.states[entity] !== after.states[entity];
  }

  getCardSize(): number {
    return 2 + (this.#list?.items?.length ?? 4);
  }

  protected override follow(hass: CardHass, config: TodoConfig): void {
    const list = TodoList.of(hass, config.entity);
    if (list === this.#list && this.#unfollow) return;
    this.#unfollow?.();
    this.#list = list;
    this.#shown = list.items;
    this.#unfollow = list.follow(() => this.#listChanged());
  }

  protected override unfollow(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
  }

  protected override async retry(): Promise<void> {
    await this.#list?.refresh();
  }

  protected override render(): TemplateResult {
    const { texts, language } = this;
    const { items, age, error } = this.#list ?? {};
    const missing = this.#isMissing ? texts.problem.missing(this.config?.entity ?? '') : undefined;
    const why = missing ?? (error === undefined ? undefined : this.describe(error));
    return this.frame({
      title: this.config?.title ?? this.#entity?.attributes?.friendly_name ?? texts.title,
      summary: items && this.#summary(items, texts, language),
      hint: items && this.hint(age, missing ?? this.stale(error)),
      content: items ? this.#items(items, texts, language) : this.withoutData(this.hass?.connected ? why : undefined),
      notices: this.notices.render(texts),
    });
  }

  /** A row that moves, or becomes an editor, keeps the focus. */
  protected override updated(): void {
    const focus = this.#focus;
    this.#focus = undefined;
    focus?.()?.focus();
  }

  override get texts(): Texts {
    return textsOf(this.language.tag);
  }

  get list(): TodoList | undefined {
    return this.#list;
  }

  override describe(error: unknown): string {
    if (errorCode(error) === 'invalid_entity_id') return this.texts.problem.missing(this.config?.entity ?? '');
    return super.describe(error);
  }

  focusItem(uid: string): void {
    this.#focus = () => this.#row(uid)?.querySelector<HTMLElement>('[data-action="toggle"]');
    this.requestUpdate();
  }

  get #entity(): ListEntity | undefined {
    return this.hass?.states[this.config?.entity ?? ''] as ListEntity | undefined;
  }

  #summary(items: TodoItem[], texts: Texts, language: Language): string {
    const open = items.filter(({ status }) => status === 'needs_action');
    const [now, zone] = [Date.now(), zoneOf(this.hass)];
    const overdue = open.filter(({ due }) => due && readDue(due, now, zone)?.isOverdue).length;
    const parts = [texts.summary.open(open.length, language)];
    if (overdue > 0) parts.push(texts.summary.overdue(overdue));
    return parts.join(' · ');
  }

  /** While Home Assistant starts, lists appear one by one. */
  get #isMissing(): boolean {
    return this.hass?.config?.state === 'RUNNING' && this.#entity === undefined;
  }

  #items(items: TodoItem[], texts: Texts, language: Language): TemplateResult {
    const config = this.config;
    const view = this.#view(texts, language);
    // An item stays in place while it is edited, even if somebody ticks it.
    const statusOf = (item: TodoItem): TodoItem['status'] =>
      item.uid === this.#edited?.uid ? this.#edited.status : item.status;
    const of = (status: TodoItem['status']): TodoItem[] =>
      inOrder(
        items.filter((item) => statusOf(item) === status),
        config?.order ?? 'list',
        language.tag,
        view.zone,
      );
    const open = of('needs_action');
    return html`${view.features.add && config?.show_add ? this.#addField(texts) : nothing}
    ${open.length > 0 ? this.#rows(open, view) : emptyState(icons.check, texts.empty)}
    ${config?.completed === 'hide' ? nothing : this.#completed(of('completed'), view)}`;
  }

  #rows(items: TodoItem[], view: View): TemplateResult {
    return html`<ul class="items">
      ${repeat(
        items,
        ({ uid }) => uid,
        (item) =>
          item.uid === this.#edited?.uid ? itemEditor({ ...this.#edited, ...this.#draft }, view) : itemRow(item, view),
      )}
    </ul>`;
  }

  #completed(items: TodoItem[], view: View): TemplateResult | typeof nothing {
    if (items.length === 0) return nothing;
    const { texts } = view;
    const isFolded = this.#isFolded ?? this.config?.completed === 'collapse';
    return html`<section class="completed">
      <div class="fold">
        <h3>
          <button
            class="text"
            type="button"
            data-action="fold"
            aria-expanded=${isFolded ? 'false' : 'true'}
            @click=${() => {
              this.#isFolded = !isFolded;
              this.requestUpdate();
            }}
          >
            ${icons.fold}${texts.completed(items.length)}
          </button>
        </h3>
        ${
          view.features.remove && items.some(isRemovable)
            ? html`<button
                class="text"
                type="button"
                data-action="clear"
                @click=${() => void this.#actions.remove(items)}
              >
                ${texts.clear}
              </button>`
            : nothing
        }
      </div>
      ${isFolded ? nothing : this.#rows(items, view)}
    </section>`;
  }

  #addField(texts: Texts): TemplateResult {
    return html`<form
      class="add"
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const input = (event.currentTarget as HTMLFormElement).querySelector('input');
        const summary = input?.value.trim() ?? '';
        if (!input || summary === '') return;
        input.value = '';
        input.focus();
        void this.#actions.add(summary).then((isAdded) => {
          // Keeps what was typed.
          if (!isAdded && input.value === '') input.value = summary;
        });
      }}
    >
      <input
        type="text"
        autocomplete="off"
        enterkeyhint="done"
        data-part="new"
        aria-label=${texts.addLabel}
        placeholder=${texts.addLabel}
      />
      <button class="round" type="submit" data-action="add" aria-label=${texts.add} title=${texts.add}>
        ${icons.plus}
      </button>
    </form>`;
  }

  #view(texts: Texts, language: Language): View {
    return {
      texts,
      language,
      now: Date.now(),
      zone: zoneOf(this.hass),
      features: featuresOf(this.#entity?.attributes?.supported_features),
      toggle: (item) => this.#toggle(item),
      edit: (item) => {
        this.#edited = item;
        this.#draft = undefined;
        this.#focus = () => this.renderRoot.querySelector('.editor input');
        this.requestUpdate();
      },
      close: (item, fields) => {
        const edited = this.#edited ?? item;
        this.#edited = undefined;
        this.#focus = () => this.#row(item.uid)?.querySelector<HTMLElement>('[data-action="edit"]');
        this.requestUpdate();
        if (fields) void this.#save(edited, fields);
      },
      remove: (item) => {
        this.#edited = undefined;
        this.#focus = () => this.renderRoot.querySelector<HTMLElement>('[data-part="new"], [data-action="toggle"]');
        void this.#actions.remove([item]);
      },
    };
  }

  async #save(item: TodoItem, fields: Fields): Promise<void> {
    if ((await this.#actions.edit(item, fields)) || this.#edited) return;
    this.#edited = item;
    this.#draft = fields;
    this.requestUpdate();
  }

  #row(uid: string): HTMLElement | undefined {
    const rows = [...this.renderRoot.querySelectorAll<HTMLElement>('[data-item]')];
    return rows.find((row) => row.dataset.item === uid);
  }

  #listChanged(): void {
    const before = this.#shown;
    this.#shown = this.#list?.items;
    if (before && this.#shown && !this.#actions.areRunning) this.#announce(before, this.#shown);
    this.requestUpdate();
  }

  #announce(before: TodoItem[], after: TodoItem[]): void {
    const { added, removed, ticked } = changesBetween(before, after);
    const { texts, language } = this;
    const names = (items: TodoItem[]): string => language.list(items.map((item) => nameOf(item, texts)));
    const said: string[] = [];
    if (added.length > 0) said.push(texts.others.added(names(added)));
    if (removed.length > 0) said.push(texts.others.removed(names(removed)));
    if (ticked.length > 0) said.push(texts.others.ticked(names(ticked)));
    if (said.length > 0) this.notices.say(said.join('. '));
  }

  #toggle(item: TodoItem): void {
    const buttons = this.#toggles;
    const index = buttons.findIndex((button) => button === this.shadowRoot?.activeElement);
    // The row moves to the other part of the list, so the keyboard focus goes to the next row.
    if (index >= 0) this.#focus = () => this.#toggles[Math.min(index, buttons.length - 1)];
    void this.#actions.toggle(item);
  }

  get #toggles(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[data-action="toggle"]')];
  }
}
