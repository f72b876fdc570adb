import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { DashboardCard } from '../dashboardCard.ts';
import { errorCode } from '../errors.ts';
import { frameStyles } from '../frameStyles.ts';
import type { CardHass } from '../hass.ts';
import { icons } from '../icons.ts';
import type { Language } from '../language.ts';
import { Notices, type Notice } from '../notices.ts';
import { isInPicker } from '../picker.ts';
import { emptyState } from '../states.ts';
import { taskId, type DailyPlan, type Task } from '../tasktracker/answers.ts';
import { errorMessage } from '../tasktracker/service.ts';
import { configForm, readConfig, type DailyPlanConfig } from './config.ts';
import { changesBetween } from './planChanges.ts';
import { PlanFeed } from './planFeed.ts';
import { planStyles } from './planStyles.ts';
import { taskRow } from './taskRow.ts';
import { taskStyles } from './taskStyles.ts';
import { textsOf, type Texts } from './texts.ts';
import type { View } from './view.ts';

export const CARD_TYPE = 'cardcache-daily-plan-card';

/** A TaskTracker user's day. PlanFeed holds its data. */
export class DailyPlanCard extends DashboardCard<DailyPlanConfig, Texts> {
  static override readonly styles = [frameStyles, planStyles, taskStyles];
  static readonly getConfigForm = configForm;

  static getStubConfig(): Partial<DailyPlanConfig> {
    return { show_encouragement: true, show_self_care: true };
  }

  #preview = false;
  #isRefreshing = false;
  #focusAt: number | undefined;
  readonly #busy = new Set<string>();
  readonly #notices = new Notices(this);
  readonly #feed = new PlanFeed((before) => this.#planChanged(before));

  setConfig(config: unknown): void {
    this.configure(readConfig(config));
  }

  /** Set by Home Assistant while the dashboard is edited. */
  get preview(): boolean {
    return this.#preview;
  }

  set preview(preview: boolean) {
    this.#preview = preview;
    this.refollow();
  }

  getCardSize(): number {
    const plan = this.#feed.plan;
    return 2 + (plan ? plan.tasks.length + plan.self_care.length : 4);
  }

  override get texts(): Texts {
    return textsOf(this.language.tag);
  }

  protected override follow(hass: CardHass, config: DailyPlanConfig): void {
    this.#feed.follow(hass, config, this.#preview || isInPicker(this));
  }

  protected override unfollow(): void {
    this.#feed.stop();
  }

  protected override async retry(): Promise<void> {
    await this.#feed.retry();
  }

  override describe(error: unknown): string {
    if (errorCode(error) === 'not_found') return this.texts.problem.notReady;
    return super.describe(error, errorMessage(error));
  }

  protected override render(): TemplateResult {
    const { texts, language } = this;
    const { plan, age, error, isUnknownUser } = this.#feed;
    const why = error === undefined ? undefined : this.describe(error);
    return this.frame({
      title: this.config?.title ?? texts.title(this.#displayName()),
      summary: plan && this.#summary(plan, texts, language),
      button: this.#refreshButton(texts, language),
      hint: plan && this.hint(age, this.stale(error)),
      content: html`${this.#words()}
      ${plan ? this.#plan(plan, texts, language) : this.withoutData(isUnknownUser ? texts.problem.unknownUser : why)}`,
      notices: this.#notices.render(texts),
    });
  }

  /** A completed task disappears with its button, so the keyboard focus moves to the next one. */
  protected override updated(): void {
    if (this.#focusAt === undefined || document.activeElement !== document.body) return;
    const buttons = this.renderRoot.querySelectorAll<HTMLElement>('[data-action="complete"]');
    const next = buttons[Math.min(this.#focusAt, buttons.length - 1)];
    (next ?? this.renderRoot.querySelector<HTMLElement>('[data-action="refresh"]'))?.focus();
    this.#focusAt = undefined;
  }

  #refreshButton(texts: Texts, language: Language): TemplateResult {
    const { age } = this.#feed;
    const label = age === undefined ? texts.refresh : `${texts.refresh} (${texts.updated(language.age(age))})`;
    return html`<button
      class="round"
      type="button"
      data-action="refresh"
      aria-label=${texts.refresh}
      title=${label}
      aria-busy=${this.#isRefreshing ? 'true' : 'false'}
      @click=${() => void this.#refresh()}
    >
      ${icons.refresh}
    </button>`;
  }

  #summary(plan: DailyPlan, texts: Texts, language: Language): string {
    const tasks = open(this.config?.show_self_care ? [...plan.self_care, ...plan.tasks] : plan.tasks);
    const minutes = tasks.reduce(
      (sum, task) => sum + (task.duration_minutes ?? 0) * (task.outstanding_occurrences ?? 1),
      0,
    );
    const overdue = tasks.filter((task) => task.is_overdue).length;
    const parts: string[] = [];
    if (plan.user_context) parts.push(language.date(plan.user_context.current_logical_date));
    if (tasks.length > 0) parts.push(texts.summary.tasks(tasks.length, language));
    if (minutes > 0) parts.push(language.duration(minutes));
    if (overdue > 0) parts.push(texts.summary.overdue(overdue));
    // Non-breaking spaces: lines break between the parts only.
    return parts.map((part) => part.replaceAll(' ', '\u00a0')).join(' · ');
  }

  #words(): TemplateResult | typeof nothing {
    const words = this.config?.show_encouragement ? this.#feed.encouragement : undefined;
    return words === undefined
      ? nothing
      : html`<div class="encouragement">
          ${icons.sparkle}
          <p data-part="encouragement" dir="auto">${words}</p>
        </div>`;
  }

  #plan(plan: DailyPlan, texts: Texts, language: Language): TemplateResult {
    const tasks = open(plan.tasks);
    const selfCare = this.config?.show_self_care ? open(plan.self_care) : [];
    if (tasks.length + selfCare.length === 0) return emptyState(icons.sun, texts.allDone);
    const view = this.#view(plan, texts, language);
    const both = tasks.length > 0 && selfCare.length > 0;
    return html`<div class="sections">
      ${this.#section('self-care', both ? texts.sections.selfCare : undefined, selfCare, view)}
      ${this.#section('tasks', both ? texts.sections.tasks : undefined, tasks, view)}
    </div>`;
  }

  #section(name: string, title: string | undefined, tasks: Task[], view: View): TemplateResult | typeof nothing {
    if (tasks.length === 0) return nothing;
    return html`<section data-section=${name}>
      ${title === undefined ? nothing : html`<h3>${title}</h3>`}
      <ul class="tasks">
        ${repeat(tasks, taskId, (task) => taskRow(task, view))}
      </ul>
    </section>`;
  }

  #view(plan: DailyPlan, texts: Texts, language: Language): View {
    return {
      texts,
      language,
      now: Date.now(),
      day: plan.user_context,
      isBusy: (task) => this.#busy.has(taskId(task)),
      others: (task) =>
        (task.assigned_users ?? [])
          .filter((name) => name !== this.#feed.user)
          .map((name) => this.#feed.person(name)?.display_name ?? name),
      complete: (task) => void this.#complete(task),
    };
  }

  #displayName(): string | undefined {
    const user = this.#feed.user ?? this.config?.user;
    const person = user === undefined ? undefined : this.#feed.person(user);
    return person?.display_name ?? user ?? this.hass?.user?.name;
  }

  #planChanged(before: DailyPlan | undefined): void {
    const after = this.#feed.plan;
    if (before && after && before !== after && dateOf(before) === dateOf(after)) this.#announceChanges(before, after);
    this.requestUpdate();
  }

  #announceChanges(before: DailyPlan, after: DailyPlan): void {
    const { added, removed } = changesBetween(before, after, (task) => this.#busy.has(taskId(task)));
    const { texts, language } = this;
    const names = (tasks: Task[]): string => language.list(tasks.map((task) => task.name));
    const said: string[] = [];
    if (added.length > 0) said.push(texts.added(names(added)));
    if (removed.length > 0) said.push(texts.removed(names(removed)));
    if (said.length > 0) this.#notices.say(said.join('. '));
  }

  async #complete(task: Task): Promise<void> {
    if (this.#busy.has(taskId(task))) return;
    const { texts } = this;
    this.#focusAt = this.#focusedRow();
    await this.#doing(
      taskId(task),
      async () => {
        const completion = await this.#feed.complete(task);
        return {
          text: texts.done(task.name),
          tone: 'done',
          ...(completion !== undefined && { undo: () => void this.#undo(task, completion) }),
        };
      },
      (why) => texts.problem.notCompleted(task.name, why),
    );
    this.#focusAt = undefined;
  }

  async #undo(task: Task, completion: number | string): Promise<void> {
    const { texts } = this;
    await this.#doing(
      taskId(task),
      async () => {
        await this.#feed.undo(completion);
        return { text: texts.undone(task.name), tone: 'done' };
      },
      (why) => texts.problem.notUndone(task.name, why),
    );
  }

  async #refresh(): Promise<void> {
    if (this.#isRefreshing) return;
    const { texts } = this;
    this.#isRefreshing = true;
    await this.#doing(
      'refresh',
      async () => {
        await this.#feed.refresh();
        return undefined;
      },
      (why) => texts.problem.notRefreshed(why),
    );
    this.#isRefreshing = false;
    if (!this.#notices.isShowing && this.#feed.error === undefined) this.#notices.say(texts.refreshed);
    this.requestUpdate();
  }

  /** Runs an action and shows its outcome. While it runs, `id` is busy, and its changes are not announced as somebody else's. */
  async #doing(id: string, act: () => Promise<Notice | undefined>, failed: (why: string) => string): Promise<void> {
    this.#busy.add(id);
    this.#notices.show(undefined);
    try {
      this.#notices.show(await act());
    } catch (error) {
      this.#notices.show({ text: failed(this.describe(error)), tone: 'problem' });
      // Watchers hear of the rollback in a later microtask.
      await this.updateComplete;
    } finally {
      this.#busy.delete(id);
      this.requestUpdate();
    }
  }

  #focusedRow(): number | undefined {
    const buttons = [...this.renderRoot.querySelectorAll('[data-action="complete"]')];
    const index = buttons.findIndex((button) => button === this.shadowRoot?.activeElement);
    return index < 0 ? undefined : index;
  }
}

function dateOf(plan: DailyPlan): string | undefined {
  return plan.user_context?.current_logical_date;
}

function open(tasks: Task[]): Task[] {
  return tasks.filter((task) => task.completed !== true);
}
