import type { CardCache } from '../../js/index.ts';
import { openHassCache } from '../../js/hass/index.ts';
import type { CardHass } from '../hass.ts';
import type { People, Person } from './answers.ts';
import { ENCOURAGEMENT_ENDPOINT, encouragementPolicy } from './encouragement.ts';
import { EVENT_TYPES, eventRules } from './events.ts';
import { PEOPLE_ENDPOINT, peoplePolicy, PLAN_ENDPOINT, planPolicy } from './queries.ts';

/** TaskTracker usernames by Home Assistant user id, as cards learn them. */
const usernames = new Map<string, string>();

/** Policies by endpoint, so that a bare `get` in a first render uses them too. */
const policies = {
  [PLAN_ENDPOINT]: planPolicy,
  [PEOPLE_ENDPOINT]: peoplePolicy,
  [ENCOURAGEMENT_ENDPOINT]: encouragementPolicy,
};

/** The cache that all TaskTracker cards of the signed-in user share, connected to the mutation events. */
export function openTaskTracker(hass: CardHass): CardCache {
  const cache = connect(hass);
  const people = cache.peek<People>(PEOPLE_ENDPOINT);
  if (people) learnWhoIsWho(hass, people);
  return cache;
}

/** Events contain TaskTracker's usernames, so the cache needs the signed-in user's to know whom they concern. */
export function learnWhoIsWho(hass: CardHass, people: People): void {
  const username = signedInPerson(hass, people)?.username;
  const id = hass.user?.id;
  if (!id || username === undefined || usernames.get(id) === username) return;
  usernames.set(id, username);
  connect(hass);
}

export function signedInPerson(hass: CardHass, people: People): Person | undefined {
  const id = hass.user?.id;
  return id ? people.enhanced_users.find((person) => person.ha_user_id === id) : undefined;
}

function connect(hass: CardHass): CardCache {
  const id = hass.user?.id ?? '';
  return openHassCache(hass, {
    namespace: 'tasktracker_',
    policies,
    events: EVENT_TYPES,
    subscribeCommand: 'tasktracker/subscribe_events',
    rules: eventRules(() => usernames.get(id)),
    username: usernames.get(id),
  });
}
