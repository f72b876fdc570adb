import type { CardTexts } from '../dashboardCard.ts';
import type { Language } from '../language.ts';

/** The card's texts. `Intl` formats days, times, lists and plurals. */
export interface Texts extends CardTexts {
  title: string;
  summary: { open(count: number, language: Language): string; overdue(count: number): string };
  empty: { title: string; hint: string };
  completed(count: number): string;
  clear: string;
  add: string;
  addLabel: string;
  edit: string;
  unnamed: string;
  ambiguous: string;
  due: string;
  fields: { summary: string; date: string; time: string; description: string };
  save: string;
  cancel: string;
  remove: string;
  undo: string;
  dismiss: string;
  ticked(item: string): string;
  unticked(item: string): string;
  added(item: string): string;
  changed(item: string): string;
  removed(item: string): string;
  cleared(count: number, language: Language): string;
  restored: string;
  others: { added(items: string): string; removed(items: string): string; ticked(items: string): string };
  problem: CardTexts['problem'] & {
    missing(entity: string): string;
    notDone(item: string, why: string): string;
    notRestored(why: string): string;
  };
  form: { labels: Record<string, string>; helpers: Record<string, string>; choices: Record<string, string> };
}

const english: Texts = {
  title: 'To-do list',
  summary: {
    open: (count, language) => language.plural(count, '# open', '# open'),
    overdue: (count) => `${count} overdue`,
  },
  loading: 'Loading the to-do list',
  empty: { title: 'Nothing to do', hint: 'The list has no open items.' },
  completed: (count) => `Completed (${count})`,
  clear: 'Delete completed',
  add: 'Add',
  addLabel: 'New item',
  edit: 'Edit',
  unnamed: 'Item without a name',
  ambiguous: 'Home Assistant cannot tell this item from others on the list, so it cannot be changed here.',
  due: 'Due:',
  fields: { summary: 'Name', date: 'Due on', time: 'Time', description: 'Description' },
  save: 'Save',
  cancel: 'Cancel',
  remove: 'Delete',
  undo: 'Undo',
  dismiss: 'Dismiss',
  retry: 'Try again',
  ticked: (item) => `“${item}” done`,
  unticked: (item) => `“${item}” is open again`,
  added: (item) => `“${item}” added`,
  changed: (item) => `“${item}” saved`,
  removed: (item) => `“${item}” deleted`,
  cleared: (count, language) => language.plural(count, '# completed item deleted', '# completed items deleted'),
  restored: 'Back on the list',
  others: {
    added: (items) => `New on the list: ${items}`,
    removed: (items) => `Off the list: ${items}`,
    ticked: (items) => `Done: ${items}`,
  },
  problem: {
    from: (age) => `The list is from ${age}.`,
    offline: 'No connection to Home Assistant.',
    stale: 'The list could not be updated.',
    headline: 'The list could not be loaded',
    missing: (entity) =>
      `Home Assistant has no to-do list ${entity}. Choose another one in this card, or wait until its integration is loaded.`,
    connectionLost: 'The connection to Home Assistant was lost.',
    unknown: 'Something went wrong. Home Assistant’s log may say more.',
    notDone: (item, why) => `“${item}” was not saved. ${why}`,
    notRestored: (why) => `The deletion was not undone. ${why}`,
  },
  form: {
    labels: {
      entity: 'To-do list',
      title: 'Title',
      order: 'Order',
      completed: 'Completed items',
      show_add: 'Show the field for new items',
    },
    helpers: { title: 'Leave empty for the list’s name.' },
    choices: {
      list: 'As in the list',
      due: 'By due date',
      name: 'By name',
      show: 'Show',
      collapse: 'Show folded',
      hide: 'Hide',
    },
  },
};

const german: Texts = {
  title: 'To-do-Liste',
  summary: {
    open: (count, language) => language.plural(count, '# offen', '# offen'),
    overdue: (count) => `${count} überfällig`,
  },
  loading: 'Die To-do-Liste wird geladen',
  empty: { title: 'Nichts zu tun', hint: 'Auf der Liste steht nichts Offenes.' },
  completed: (count) => `Erledigt (${count})`,
  clear: 'Erledigte löschen',
  add: 'Hinzufügen',
  addLabel: 'Neuer Eintrag',
  edit: 'Bearbeiten:',
  unnamed: 'Eintrag ohne Namen',
  ambiguous:
    'Home Assistant kann diesen Eintrag nicht von anderen unterscheiden, deshalb lässt er sich hier nicht ändern.',
  due: 'Fällig:',
  fields: { summary: 'Name', date: 'Fällig am', time: 'Uhrzeit', description: 'Beschreibung' },
  save: 'Speichern',
  cancel: 'Abbrechen',
  remove: 'Löschen',
  undo: 'Rückgängig',
  dismiss: 'Ausblenden',
  retry: 'Erneut versuchen',
  ticked: (item) => `„${item}“ erledigt`,
  unticked: (item) => `„${item}“ ist wieder offen`,
  added: (item) => `„${item}“ hinzugefügt`,
  changed: (item) => `„${item}“ gespeichert`,
  removed: (item) => `„${item}“ gelöscht`,
  cleared: (count, language) =>
    language.plural(count, '# erledigter Eintrag gelöscht', '# erledigte Einträge gelöscht'),
  restored: 'Wieder auf der Liste',
  others: {
    added: (items) => `Neu auf der Liste: ${items}`,
    removed: (items) => `Nicht mehr auf der Liste: ${items}`,
    ticked: (items) => `Erledigt: ${items}`,
  },
  problem: {
    from: (age) => `Stand der Liste: ${age}.`,
    offline: 'Keine Verbindung zu Home Assistant.',
    stale: 'Die Liste konnte nicht aktualisiert werden.',
    headline: 'Die Liste konnte nicht geladen werden',
    missing: (entity) =>
      `Home Assistant hat keine To-do-Liste ${entity}. Wähle in dieser Karte eine andere oder warte, bis ihre Integration geladen ist.`,
    connectionLost: 'Die Verbindung zu Home Assistant ist abgebrochen.',
    unknown: 'Etwas ist schiefgegangen. Mehr steht vielleicht im Protokoll von Home Assistant.',
    notDone: (item, why) => `„${item}“ wurde nicht gespeichert. ${why}`,
    notRestored: (why) => `Das Löschen wurde nicht rückgängig gemacht. ${why}`,
  },
  form: {
    labels: {
      entity: 'To-do-Liste',
      title: 'Titel',
      order: 'Reihenfolge',
      completed: 'Erledigtes',
      show_add: 'Feld für neue Einträge zeigen',
    },
    helpers: { title: 'Leer: der Name der Liste.' },
    choices: {
      list: 'Wie in der Liste',
      due: 'Nach Fälligkeit',
      name: 'Nach Namen',
      show: 'Zeigen',
      collapse: 'Eingeklappt zeigen',
      hide: 'Ausblenden',
    },
  },
};

export function textsOf(language: string): Texts {
  return language.toLowerCase().split('-')[0] === 'de' ? german : english;
}
