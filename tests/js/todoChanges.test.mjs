// What the to-do card makes of due dates, and of writes that the server has not yet shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSources } from './support/ownSources.mjs';

const { addition, edit, featuresOf, inOrder, readDue, readItems, removal, statusChange, timeField, writeDue } =
  await importSources('cards/todo/due.ts', 'cards/todo/changes.ts', 'cards/todo/items.ts', 'cards/todo/order.ts');

const BERLIN = 'Europe/Berlin';
const noon = Date.parse('2026-11-22T12:00:00Z');
const item = (uid, more) => ({ uid, summary: uid, status: 'needs_action', ...more });

test('a day is overdue once it is over, on the clocks of the person who looks', () => {
  assert.deepEqual(readDue('2026-11-22', noon, BERLIN), {
    date: '2026-11-22',
    minutes: undefined,
    days: 0,
    isOverdue: false,
  });
  assert.equal(readDue('2026-11-21', noon, BERLIN).isOverdue, true);
  // Half past eleven at night in London is the next day in Berlin.
  const night = Date.parse('2026-11-22T23:30:00Z');
  assert.equal(readDue('2026-11-22', night, 'Europe/London').isOverdue, false);
  assert.equal(readDue('2026-11-22', night, BERLIN).isOverdue, true);
});

test('a moment is overdue when it is past, and told by the clocks of the zone', () => {
  const due = readDue('2026-11-22T11:30:00+00:00', noon, BERLIN);
  assert.deepEqual(due, { date: '2026-11-22', minutes: 12 * 60 + 30, days: 0, isOverdue: true });
  assert.equal(readDue('2026-11-23T00:15:00+01:00', noon, BERLIN).days, 1);
  assert.equal(readDue('soon', noon, BERLIN), undefined);
});

test('what the editor shows of a due date, written back, is the same moment, in the night the clocks change too', () => {
  for (const due of ['2026-11-22T11:30:00.000Z', '2026-03-29T00:30:00.000Z', '2026-07-01T22:00:00.000Z']) {
    const { date, minutes } = readDue(due, noon, BERLIN);
    assert.equal(writeDue(date, timeField(minutes), BERLIN), due);
  }
  assert.equal(writeDue('2026-11-22', '', BERLIN), '2026-11-22');
  assert.equal(writeDue('', '10:00', BERLIN), null);
});

test('an edit sends what was changed and nothing else', () => {
  const before = item('a', { due: '2026-11-22T10:00:00+00:00', description: 'x' });
  const fields = { summary: 'a', due: before.due, description: 'x' };
  assert.equal(edit(before, fields), undefined);
  assert.equal(edit(before, { ...fields, due: '2026-11-22T11:00:00+01:00' }), undefined, 'the same moment');
  assert.deepEqual(edit(before, { ...fields, summary: 'b' }).data, { item: 'a', rename: 'b' });
  assert.deepEqual(edit(before, { ...fields, due: null }).data, { item: 'a', due_date: null });
  assert.deepEqual(edit(before, { ...fields, due: '2026-12-01' }).data, { item: 'a', due_date: '2026-12-01' });
  assert.deepEqual(edit(before, { ...fields, description: '' }).data, { item: 'a', description: '' });
});

test('a change is seen when the server’s list shows it, not before', () => {
  const list = [item('a'), item('b')];
  for (const change of [
    statusChange(list[0], 'completed'),
    edit(list[0], { summary: 'c' }),
    removal([list[0]]),
    addition({ summary: 'd' }, list),
  ]) {
    assert.ok(!change.isIn(list), change.service);
    const shown = change
      .apply(list)
      .map((one) => (one.uid.startsWith('cardcache-new') ? { ...one, uid: 'made' } : one));
    assert.ok(change.isIn(shown), change.service);
  }
});

test('an addition is not taken for an older item of the same name', () => {
  const list = [item('1', { summary: 'Milk' })];
  const added = addition({ summary: 'Milk' }, list);
  assert.ok(!added.isIn(list));
  assert.equal(added.made([...list, item('2', { summary: 'Milk' })]).uid, '2');
});

test('items without a uid are known by their name, and what is no item is left out', () => {
  assert.deepEqual(readItems({ items: [{ uid: null, summary: 'Milk', status: 'needs_action', due: null }, 7] }), [
    item('Milk'),
  ]);
  assert.deepEqual(readItems(undefined), []);
});

test('by due date what has none comes last, in the list’s own order', () => {
  const list = [
    item('x'),
    item('late', { due: '2026-12-24' }),
    item('y'),
    item('early', { due: '2026-11-22T08:00:00Z' }),
  ];
  assert.deepEqual(
    inOrder(list, 'due', 'en', BERLIN).map(({ uid }) => uid),
    ['early', 'late', 'x', 'y'],
  );
  assert.deepEqual(
    inOrder(list, 'name', 'en', BERLIN).map(({ uid }) => uid),
    ['early', 'late', 'x', 'y'],
  );
  assert.equal(inOrder(list, 'list', 'en', BERLIN), list);
});

test('a list may do what its entity says', () => {
  assert.equal(featuresOf(5).add, true);
  assert.equal(featuresOf(5).remove, false);
  assert.equal(featuresOf(5).update, true);
  assert.equal(featuresOf(undefined).update, false);
});

test('a day without a time begins where the person is who looks, also among moments', () => {
  const list = [
    item('all of the 22nd', { due: '2026-11-22' }),
    item('in the evening of the 21st', { due: '2026-11-22T04:00:00+00:00' }),
    item('in the morning of the 22nd', { due: '2026-11-22T16:00:00+00:00' }),
  ];
  const order = inOrder(list, 'due', 'en', 'America/Los_Angeles').map(({ uid }) => uid);
  assert.deepEqual(order, ['in the evening of the 21st', 'all of the 22nd', 'in the morning of the 22nd']);
});
