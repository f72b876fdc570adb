// Whose answers the cards show: nobody's, while `hass` does not say who is signed in, and never somebody else's.
import assert from 'node:assert/strict';
import test from 'node:test';
import { importCards } from './support/cards.mjs';
import { settle } from './support/time.mjs';
import { CachedHass, fakeHass, readConfig } from './support/wrapping_card.mjs';

const NOBODY = [undefined, null, {}, { id: null }, { id: '' }];

test('an unknown user is no TaskTracker user, not even one without an account of Home Assistant', async () => {
  const { signedInPerson } = await importCards('tasktracker', 'signedIn');
  const enhanced_users = [undefined, null, '', 'id-sara'].map((ha_user_id, index) => ({
    username: `user ${index}`,
    ha_user_id,
  }));
  for (const user of NOBODY) assert.equal(signedInPerson({ ...fakeHass(), user }, { enhanced_users }), undefined);
  const sara = { ...fakeHass(), user: { id: 'id-sara' } };
  assert.equal(signedInPerson(sara, { enhanced_users }).username, 'user 3');
});

test('a to-do list read while the user is unknown is separate from every user’s', async () => {
  const { TodoList } = await importCards('todo', 'todoList');
  const hass = fakeHass();
  const listOf = (user) => TodoList.of({ ...hass, user }, 'todo.chores');
  const lists = NOBODY.map(listOf);
  assert.equal(new Set(lists.slice(1, 3)).size, 1);
  for (const id of ['undefined', 'null', 'id-sara']) assert.ok(!lists.includes(listOf({ id })), id);
});

test('a wrapped card never hands one user’s requests in flight, or an unknown user’s, to another user', async () => {
  const { rules } = readConfig({ type: 'custom:cached', card: { type: 'any' } });
  for (const users of [
    ['sara', 'tom'],
    [undefined, 'lea'],
  ]) {
    const hass = fakeHass();
    const cached = new CachedHass(rules, () => undefined);
    cached.open(false);
    const answers = users.map((id) => {
      const callWS = async () => (await settle(), `for ${id}`);
      const card = cached.wrap({ ...hass, user: id && { id }, callWS });
      return card.callWS({ type: 'history/history_during_period' });
    });
    assert.deepEqual(
      await Promise.all(answers),
      users.map((id) => `for ${id}`),
    );
  }
});
