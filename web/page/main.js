import '/dist/cardcache.js';
import './ha_card.js';
import { Column } from './column.js';
import { Connection } from './connection.js';
import { setText } from './dom.js';
import { EntryTable } from './entry_table.js';
import { EventLog } from './event_log.js';
import { firstPaint } from './first_paint.js';
import { times } from './format.js';
import { Ledger } from './ledger.js';
import { OtherDevice } from './other_device.js';
import { people } from './people.js';
import { Scoreboard } from './scoreboard.js';
import { forgetLedger, keepLedger, keptLedger, sessionId } from './session.js';
import { isDark, themeSwitch } from './theme.js';

const byId = (id) => document.getElementById(id);
const url = `${location.origin.replace(/^http/, 'ws')}/api/websocket${location.search}`;

let server = { calls: 0, worked: 0, generations: 0 };
let drawing = false;
let startingOver = false;

const ledger = new Ledger(keptLedger, () => draw());
const sentBefore = ledger.counts.sent;
const events = new EventLog(byId('events'));
const columns = people.map(
  (person) =>
    new Column(person, {
      url,
      session: sessionId,
      ledger,
      dark: isDark(),
      onChange: () => draw(),
      onEvent: (touched) => events.add(touched),
    }),
);
byId('columns').append(...columns.map((column) => column.node));
const painted = firstPaint(columns, () => ledger.counts.sent - sentBefore);

const score = new Scoreboard(byId('score'));
const table = new EntryTable(byId('entries'), columns);

/** At most once per frame. */
function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    score.show(server, ledger);
    table.show();
    if (!startingOver) keepLedger(ledger);
  });
}

// The page's own connection, which belongs to no user and only receives the server's counts.
const watcher = new Connection(url, { access_token: people[0].token, session: sessionId });
void watcher.subscribeMessage(
  (counts) => {
    server = counts;
    draw();
  },
  { type: 'demo/subscribe_counts' },
);

new OtherDevice(byId('other-device'), { url, session: sessionId });

themeSwitch(byId('theme'), (dark) => {
  for (const column of columns) column.dark = dark;
});

let offline = false;
byId('offline').addEventListener('click', ({ currentTarget: button }) => {
  offline = !offline;
  for (const column of columns) column.offline = offline;
  button.setAttribute('aria-pressed', String(offline));
  setText(button, offline ? 'Go online' : 'Go offline');
  setText(byId('status'), offline ? 'Offline' : 'Online');
  document.body.classList.toggle('offline', offline);
});

byId('clear').addEventListener('click', () => {
  for (const column of columns) column.cache.clear();
  draw();
});

byId('rebuild').addEventListener('click', () => {
  for (const column of columns) column.rebuild();
});

byId('reload').addEventListener('click', () => location.reload());

byId('start-over').addEventListener('click', async () => {
  startingOver = true;
  // Disconnects first, so that the emptied cards do not ask again before the page reloads.
  for (const column of columns) column.offline = true;
  await watcher.sendMessagePromise({ type: 'demo/start_over' });
  for (const column of columns) column.cache.clear();
  forgetLedger();
  location.reload();
});

const { ms, calls } = await painted;
setText(
  byId('paint'),
  `Both plans painted after ${Math.round(ms)} ms and ${calls === 0 ? 'no call' : times(calls, 'call')}.`,
);
draw();
setInterval(draw, 1000);
