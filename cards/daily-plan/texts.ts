import type { CardTexts } from '../dashboardCard.ts';
import type { Language } from '../language.ts';

/** The card's texts. `Intl` formats times, durations, lists and plurals. */
export interface Texts extends CardTexts {
  title(name: string | undefined): string;
  summary: { tasks(count: number, language: Language): string; overdue(count: number): string };
  sections: { selfCare: string; tasks: string };
  allDone: { title: string; hint: string };
  refresh: string;
  updated(age: string): string;
  complete(task: string): string;
  completeOnce(task: string, done: number, required: number): string;
  occurrences(done: number, required: number): string;
  overdue(days: number, language: Language): string;
  highPriority: string;
  sharedWith(names: string): string;
  lastTime(notes: string): string;
  window: Record<'done' | 'open' | 'missed' | 'later', string>;
  done(task: string): string;
  undo: string;
  undone(task: string): string;
  added(tasks: string): string;
  removed(tasks: string): string;
  refreshed: string;
  dismiss: string;
  problem: CardTexts['problem'] & {
    unknownUser: string;
    notReady: string;
    notCompleted(task: string, why: string): string;
    notUndone(task: string, why: string): string;
    notRefreshed(why: string): string;
  };
  form: { labels: Record<string, string>; helpers: Record<string, string> };
}

const english: Texts = {
  title: (name) => (name === undefined ? 'Daily plan' : `${name}’s day`),
  summary: {
    tasks: (count, language) => language.plural(count, '# task', '# tasks'),
    overdue: (count) => `${count} overdue`,
  },
  sections: { selfCare: 'Self-care', tasks: 'Tasks' },
  loading: 'Loading the daily plan',
  allDone: { title: 'All done for today', hint: 'Nothing is left on the plan. Enjoy the rest of the day!' },
  refresh: 'Refresh the plan',
  updated: (age) => `updated ${age}`,
  complete: (task) => `Complete “${task}”`,
  completeOnce: (task, done, required) => `Complete “${task}” once, ${done} of ${required} done`,
  occurrences: (done, required) => `${done} of ${required}`,
  overdue: (days, language) => (days > 0 ? language.plural(days, '# day overdue', '# days overdue') : 'Overdue'),
  highPriority: 'High priority',
  sharedWith: (names) => `with ${names}`,
  lastTime: (notes) => `Last time: ${notes}`,
  window: { done: 'done', open: 'now', missed: 'missed', later: 'later' },
  done: (task) => `“${task}” done`,
  undo: 'Undo',
  undone: (task) => `“${task}” is back on the plan`,
  added: (tasks) => `New on the plan: ${tasks}`,
  removed: (tasks) => `Off the plan: ${tasks}`,
  refreshed: 'The plan is up to date',
  retry: 'Try again',
  dismiss: 'Dismiss',
  problem: {
    from: (age) => `The plan is from ${age}.`,
    offline: 'No connection to Home Assistant.',
    stale: 'The plan could not be updated.',
    headline: 'The plan could not be loaded',
    unknownUser:
      'Your account is not linked to a TaskTracker user. Link it in TaskTracker or choose a user in this card.',
    connectionLost: 'The connection to Home Assistant was lost.',
    notReady: 'TaskTracker is not loaded in Home Assistant. Try again in a moment, or check the integration.',
    unknown: 'Something went wrong. Home Assistant’s log may say more.',
    notCompleted: (task, why) => `“${task}” was not completed. ${why}`,
    notUndone: (task, why) => `“${task}” was not put back. ${why}`,
    notRefreshed: (why) => `The plan was not refreshed. ${why}`,
  },
  form: {
    labels: {
      user: 'User',
      title: 'Title',
      select_recommended: 'Recommended tasks only',
      show_encouragement: 'Show the encouragement',
      show_self_care: 'Show self-care',
    },
    helpers: {
      user: 'TaskTracker’s username. Leave empty for the signed-in user.',
      title: 'Leave empty for the user’s name.',
    },
  },
};

const german: Texts = {
  title: (name) => (name === undefined ? 'Tagesplan' : `Tagesplan: ${name}`),
  summary: {
    tasks: (count, language) => language.plural(count, '# Aufgabe', '# Aufgaben'),
    overdue: (count) => `${count} überfällig`,
  },
  sections: { selfCare: 'Selbstfürsorge', tasks: 'Aufgaben' },
  loading: 'Der Tagesplan wird geladen',
  allDone: { title: 'Für heute alles geschafft', hint: 'Auf dem Plan steht nichts mehr. Genieße den Rest des Tages!' },
  refresh: 'Plan neu laden',
  updated: (age) => `Stand: ${age}`,
  complete: (task) => `„${task}“ erledigen`,
  completeOnce: (task, done, required) => `„${task}“ einmal erledigen, ${done} von ${required} erledigt`,
  occurrences: (done, required) => `${done} von ${required}`,
  overdue: (days, language) =>
    days > 0 ? language.plural(days, '# Tag überfällig', '# Tage überfällig') : 'Überfällig',
  highPriority: 'Hohe Priorität',
  sharedWith: (names) => `mit ${names}`,
  lastTime: (notes) => `Letztes Mal: ${notes}`,
  window: { done: 'erledigt', open: 'jetzt', missed: 'verpasst', later: 'später' },
  done: (task) => `„${task}“ erledigt`,
  undo: 'Rückgängig',
  undone: (task) => `„${task}“ steht wieder auf dem Plan`,
  added: (tasks) => `Neu auf dem Plan: ${tasks}`,
  removed: (tasks) => `Nicht mehr auf dem Plan: ${tasks}`,
  refreshed: 'Der Plan ist aktuell',
  retry: 'Erneut versuchen',
  dismiss: 'Ausblenden',
  problem: {
    from: (age) => `Stand des Plans: ${age}.`,
    offline: 'Keine Verbindung zu Home Assistant.',
    stale: 'Der Plan konnte nicht aktualisiert werden.',
    headline: 'Der Plan konnte nicht geladen werden',
    unknownUser:
      'Dein Konto ist mit keinem TaskTracker-Benutzer verknüpft. Verknüpfe es in TaskTracker oder wähle in dieser Karte einen Benutzer.',
    connectionLost: 'Die Verbindung zu Home Assistant ist abgebrochen.',
    notReady:
      'TaskTracker ist in Home Assistant nicht geladen. Versuche es gleich noch einmal oder prüfe die Integration.',
    unknown: 'Etwas ist schiefgegangen. Mehr steht vielleicht im Protokoll von Home Assistant.',
    notCompleted: (task, why) => `„${task}“ wurde nicht erledigt. ${why}`,
    notUndone: (task, why) => `„${task}“ wurde nicht zurückgeholt. ${why}`,
    notRefreshed: (why) => `Der Plan wurde nicht neu geladen. ${why}`,
  },
  form: {
    labels: {
      user: 'Benutzer',
      title: 'Titel',
      select_recommended: 'Nur empfohlene Aufgaben',
      show_encouragement: 'Ermutigung zeigen',
      show_self_care: 'Selbstfürsorge zeigen',
    },
    helpers: {
      user: 'Der Benutzername in TaskTracker. Leer: der angemeldete Benutzer.',
      title: 'Leer: der Name des Benutzers.',
    },
  },
};

export function textsOf(language: string): Texts {
  return language.toLowerCase().split('-')[0] === 'de' ? german : english;
}
