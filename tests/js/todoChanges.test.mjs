// What the to-do card makes of due dates, and of writes that the server has not yet shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importSources } from './support/ownSources.mjs';

const {
  addition,
  edit,
  featuresOf,
  inOrder,
  isRemovable,
  isTodoItems,
  nameOf,
  readDue,
  readItems,
  removal,
  statusChange,
  timeField,
  writeDue,
} = await importSources(
  'cards/todo/due.ts',
  'cards/todo/changes.ts',
  'cards/todo/items.ts',
  'cards/todo/order.ts',
  'cards/todo/view.ts',
);

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

const rowsOf = (items) => readItems({ items });
/** Home Assistant's own way to the item that a service names. */
const foundBy = (name, items) => items.findIndex(({ uid, summary }) => name === uid || name === summary);

test('every row has a uid of its own, and what it tells the server names that row and no other', () => {
  const open = { status: 'needs_action' };
  const lists = [
    [
      { uid: 'a', summary: 'Milk' },
      { uid: 'a', summary: 'Bread' },
      { uid: 'b', summary: 'Eggs' },
    ],
    [{ summary: 'Milk' }, { summary: 'Milk' }, { summary: 'Bread' }],
    [
      { uid: null, summary: 'Milk' },
      { uid: '', summary: 'Bread' },
      { uid: 'x', summary: 'Milk' },
    ],
    [
      { uid: 'Milk', summary: 'Bread' },
      { uid: null, summary: 'Milk' },
    ],
    [
      { uid: null, summary: 'Milk' },
      { uid: 'Milk', summary: 'Bread' },
    ],
    [
      { uid: 'u1', summary: 'u2' },
      { uid: 'u2', summary: 'Bread' },
      { uid: 'u3', summary: 'Bread' },
    ],
    [
      { uid: 'u1', summary: 'u2' },
      { uid: 'u2', summary: 'u1' },
    ],
    [
      { uid: 'a Milk 1', summary: 'x' },
      { uid: 'a', summary: 'Milk' },
      { uid: 'a', summary: 'Milk' },
    ],
    [{ uid: 'a' }, { uid: 'b', summary: '' }, { uid: 'c', summary: 7 }, { uid: 7, summary: 'Seven' }],
  ].map((list) => list.map((one) => ({ ...open, ...one })));
  for (const list of lists) {
    const rows = rowsOf(list);
    assert.equal(rows.length, list.length);
    assert.equal(new Set(rows.map(({ uid }) => uid)).size, rows.length, JSON.stringify(list));
    assert.ok(isTodoItems(JSON.parse(JSON.stringify(rows))));
    rows.forEach((row, index) => {
      if (row.isAmbiguous) return;
      const { item } = statusChange(row, 'completed').data;
      assert.equal(foundBy(item, list), index, JSON.stringify(list));
      const { uid } = list[index];
      // The integration goes by the uid of what was found.
      assert.ok(!uid || list.filter((other) => other.uid === uid).length === 1, JSON.stringify(list));
      if (isRemovable(row)) assert.ok(uid, 'nothing without a uid can be deleted');
    });
  }
  const offered = lists.map((list) => rowsOf(list).map(({ isAmbiguous }) => !isAmbiguous));
  assert.deepEqual(offered, [
    [false, false, true],
    [false, false, true],
    [false, true, true],
    [true, false],
    [false, true],
    [true, true, true],
    [true, false],
    [true, false, false],
    [true, true, true, true],
  ]);
});

test('what is no item, or says nothing, is no row; an item without a name has one to be read', () => {
  assert.deepEqual(
    rowsOf([{}, null, 7, [], 'x', { summary: '' }, { uid: null, due: '' }, { status: 'completed' }]),
    [],
  );
  assert.deepEqual(rowsOf([{ uid: 'a', status: 'odd', due: 5, description: {} }]), [
    { uid: 'a', summary: '', status: 'needs_action' },
  ]);
  assert.equal(nameOf({ summary: ' ' }, { unnamed: 'Item without a name' }), 'Item without a name');
});

test('what is no date is neither due nor late, however an engine would read it', () => {
  for (const due of ['1', '5', 'soon', '2026-02-30', '2026-13-01', 'Nov 3', '20261122', '2026-11-22Tnoon']) {
    assert.equal(readDue(due, noon, BERLIN), undefined, due);
  }
  assert.equal(readDue('2028-02-29', noon, BERLIN).date, '2028-02-29');
});

test('an item that recurs is due again once the server says so, and is not shown as done with the next date', () => {
  const before = item('a', { due: '2026-11-22' });
  const tick = statusChange(before, 'completed');
  assert.ok(!tick.isIn([before]), 'another’s change came in between');
  assert.ok(tick.isIn([{ ...before, due: '2026-11-29' }]));
  assert.ok(tick.isIn([{ ...before, status: 'completed' }]));
  assert.ok(tick.isIn([]), 'the list keeps nothing that is done');
});

test('an item without a uid goes by its new name once it has one', () => {
  const [milk] = rowsOf([{ summary: 'Milk' }]);
  const change = edit(milk, { summary: 'Oat milk' });
  assert.deepEqual(change.data, { item: 'Milk', rename: 'Oat milk' });
  assert.deepEqual(change.uids, ['Milk', 'Oat milk']);
  const [shown] = change.apply([milk]);
  assert.deepEqual(statusChange(shown, 'completed').data, { item: 'Oat milk', status: 'completed' });
  assert.ok(change.isIn(rowsOf([{ summary: 'Oat milk' }])));
  const two = change.apply(rowsOf([{ summary: 'Milk' }, { summary: 'Oat milk' }]));
  assert.deepEqual(
    two.map(({ isAmbiguous }) => isAmbiguous),
    [true, undefined],
  );
  assert.equal(new Set(two.map(({ uid }) => uid)).size, 2);
});
