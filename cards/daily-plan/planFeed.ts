import type { CardCache, Query, Update } from '../../js/index.ts';
import { connectionLost } from '../errors.ts';
import type { CardHass } from '../hass.ts';
import type { DailyPlan, People, Person, Task } from '../tasktracker/answers.ts';
import { completeTask, undoCompletion } from '../tasktracker/completion.ts';
import { encouragementQuery, fitsPlan, type Encouragement } from '../tasktracker/encouragement.ts';
import { taskTrackerQueries } from '../tasktracker/queries.ts';
import { callTaskTracker } from '../tasktracker/service.ts';
import { learnWhoIsWho, openTaskTracker, signedInPerson } from '../tasktracker/signedIn.ts';
import { planFilters, type DailyPlanConfig } from './config.ts';

const HOUR = 3_600_000;

interface Followed {
  user: string;
  plan: Query<DailyPlan>;
  words: Query<Encouragement>;
}

/**
 * The card's data, read from the cache and followed there. Home Assistant replaces elements after every reconnect; the next element reads
 * the same from the cache. What the last `follow` read stays while the element is only moved, so that the card never flickers.
 */
export class PlanFeed {
  plan: DailyPlan | undefined;
  people: People | undefined;
  error: unknown;
  #words: Encouragement | undefined;
  #timestamp: number | undefined;
  #hass: CardHass | undefined;
  #config: DailyPlanConfig | undefined;
  #preview = false;
  #cache: CardCache | undefined;
  #followed: Followed | undefined;
  #stopPeople: (() => void) | undefined;
  #stopPlan: (() => void)[] = [];
  readonly #changed: (planBefore: DailyPlan | undefined) => void;
  readonly #queries = taskTrackerQueries(() => this.#newestHass());

  constructor(changed: (planBefore: DailyPlan | undefined) => void) {
    this.#changed = changed;
  }

  /** The user whose plan this is, once known. */
  get user(): string | undefined {
    return this.#followed?.user;
  }

  get encouragement(): string | undefined {
    return this.#words && fitsPlan(this.#words, this.plan) ? this.#words.text : undefined;
  }

  /** True if TaskTracker does not know the signed-in user. */
  get isUnknownUser(): boolean {
    return this.people !== undefined && this.#followed === undefined;
  }

  /** Ms since the server last confirmed the plan. */
  get age(): number | undefined {
    const key = this.#followed?.plan.key;
    const asked = key === undefined ? undefined : this.#cache?.coordinator(key)?.lastUpdateTime;
    const newest = Math.max(this.#timestamp ?? -Infinity, asked ?? -Infinity);
    return newest === -Infinity ? undefined : Math.max(0, Date.now() - newest);
  }

  person(username: string): Person | undefined {
    return this.people?.enhanced_users.find((person) => person.username === username);
  }

  /**
   * Reads from the cache at once, then follows it. Cheap if cache and configuration are the same as before. A preview shows a cached
   * encouragement but requests none, because each one is paid for.
   */
  follow(hass: CardHass, config: DailyPlanConfig, preview: boolean): void {
    this.#hass = hass;
    const cache = openTaskTracker(hass);
    const isSame = cache === this.#cache && config === this.#config && preview === this.#preview;
    if (this.#stopPeople && isSame) return;
    this.stop();
    if (cache !== this.#cache) this.people = this.plan = this.#words = this.#timestamp = undefined;
    this.#cache = cache;
    this.#config = config;
    this.#preview = preview;
    const query = this.#queries.people();
    this.people = cache.get<People>(query.key) ?? this.people;
    this.#followUser();
    this.#stopPeople = cache.watch(query, (update) => this.#onPeople(update), { interval: HOUR });
  }

  stop(): void {
    this.#stopPeople?.();
    this.#stopPeople = undefined;
    this.#stopFollowing();
  }

  /** The server's own plan never ages: only `invalidate_cache` makes it compute a new one. `error` holds the outcome. */
  async refresh(): Promise<void> {
    if (!this.#followed) return this.retry();
    const { hass, cache, followed } = this.#connected();
    await callTaskTracker(hass, 'invalidate_cache');
    await this.retry();
    if (!this.#words) void cache.coordinator(followed.words.key)?.refresh();
  }

  /** Requests the plan again or, if that is unknown, the user. */
  async retry(): Promise<void> {
    const query = this.#followed ? this.#followed.plan : this.#queries.people();
    await this.#cache?.coordinator(query.key)?.refresh();
  }

  async complete(task: Task): Promise<number | string | undefined> {
    const { hass, cache, followed } = this.#connected();
    return completeTask(hass, cache, task, followed.user);
  }

  async undo(completion: number | string): Promise<void> {
    const { hass, cache } = this.#connected();
    await undoCompletion(hass, cache, completion);
  }

  #followUser(): void {
    const cache = this.#cache;
    const config = this.#config;
    if (!cache || !config) return;
    const me = this.people && signedInPerson(this.#newestHass(), this.people)?.username;
    const user = config.user ?? me;
    const query = user === undefined ? undefined : this.#queries.dailyPlan(user, planFilters(config));
    if (query?.key === this.#followed?.plan.key && this.#stopPlan.length > 0) return;
    this.#stopFollowing();
    if (query?.key !== this.#followed?.plan.key) this.plan = this.#words = this.#timestamp = this.error = undefined;
    if (user === undefined || query === undefined) {
      this.#followed = undefined;
      return;
    }
    const encouragement = encouragementQuery(() => this.#newestHass(), cache, query)(user);
    this.#followed = { user, plan: query, words: encouragement };
    this.plan = cache.get<DailyPlan>(query.key) ?? this.plan;
    const age = cache.age(query.key);
    if (age !== undefined) this.#timestamp = Date.now() - age;
    this.#stopPlan.push(cache.watch(query, (update) => this.#onPlan(update)));
    if (!config.show_encouragement) return;
    this.#words = cache.get<Encouragement>(encouragement.key) ?? this.#words;
    if (!this.#preview) this.#stopPlan.push(cache.watch(encouragement, (update) => this.#onWords(update)));
  }

  #stopFollowing(): void {
    for (const stop of this.#stopPlan) stop();
    this.#stopPlan = [];
  }

  #onPeople(update: Update<People>): void {
    if (update.data) {
      this.people = update.data;
      learnWhoIsWho(this.#newestHass(), update.data);
      this.#followUser();
    }
    if (!this.#followed) this.error = update.error;
    this.#changed(this.plan);
  }

  #onPlan(update: Update<DailyPlan>): void {
    const before = this.plan;
    this.error = update.error;
    if (update.data) this.plan = update.data;
    if (update.timestamp !== undefined) this.#timestamp = update.timestamp;
    this.#changed(before);
  }

  #onWords(update: Update<Encouragement>): void {
    if (update.data === undefined || update.data.text === this.#words?.text) return;
    this.#words = update.data;
    this.#changed(this.plan);
  }

  #connected(): { hass: CardHass; cache: CardCache; followed: Followed } {
    const hass = this.#hass;
    const cache = this.#cache;
    const followed = this.#followed;
    if (!hass?.connected || !cache || !followed) throw connectionLost();
    return { hass, cache, followed };
  }

  #newestHass(): CardHass {
    if (!this.#hass) throw connectionLost();
    return this.#hass;
  }
}
