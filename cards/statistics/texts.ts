import type { CardTexts } from '../dashboardCard.ts';
import type { Language } from '../language.ts';
import type { Period } from './periods.ts';
import type { StatType } from './statistics.ts';

/** The card's texts. `Intl` formats numbers, times and lists. */
export interface Texts extends CardTexts {
  title: string;
  period: Record<Period, string>;
  window(days: number, language: Language): string;
  stat: Record<StatType, string>;
  time: string;
  position: string;
  none: string;
  noData: { title: string; hint: string };
  unknown(ids: string): string;
  /** For a statistic that is not shown in the configured unit. */
  unconverted(name: string, wish: string, unit: string | null): string;
  table: { show: string; hide: string };
  form: { labels: Record<string, string>; helpers: Record<string, string>; options: Record<string, string> };
}

const english: Texts = {
  title: 'Statistics',
  loading: 'Loading the statistics',
  period: { '5minute': 'every 5 minutes', hour: 'hourly', day: 'daily', week: 'weekly', month: 'monthly' },
  window: (days, language) => language.plural(days, 'Last day', 'Last # days'),
  stat: { mean: 'Mean', min: 'Minimum', max: 'Maximum', change: 'Change', sum: 'Sum', state: 'State' },
  time: 'Time',
  position: 'Point in time',
  none: 'no value',
  noData: { title: 'No statistics yet', hint: 'Home Assistant records them every hour.' },
  unknown: (ids) => `Home Assistant keeps no statistics of ${ids}.`,
  unconverted: (name, wish, unit) =>
    `Home Assistant does not convert ${name} to ${wish}: it is shown ${unit === null ? 'without a unit' : `in ${unit}`}.`,
  table: { show: 'Show as a table', hide: 'Show as a chart' },
  retry: 'Try again',
  problem: {
    headline: 'The statistics could not be loaded',
    from: (age) => `What is shown is from ${age}.`,
    offline: 'No connection to Home Assistant.',
    stale: 'The statistics could not be updated.',
    connectionLost: 'The connection to Home Assistant was lost.',
    unknown: 'Something went wrong. Home Assistant’s log may say more.',
  },
  form: {
    labels: {
      entities: 'Statistics',
      title: 'Title',
      period: 'Period',
      days_to_show: 'Days to show',
      stat_types: 'Show',
      chart_type: 'Chart',
    },
    helpers: {
      stat_types: 'Nothing chosen: the mean with its range, or the change of what counts up.',
      chart_type: 'Nothing chosen: bars for changes, lines for all else.',
    },
    options: {
      '5minute': '5 minutes',
      hour: 'Hour',
      day: 'Day',
      week: 'Week',
      month: 'Month',
      mean: 'Mean',
      min: 'Minimum',
      max: 'Maximum',
      change: 'Change',
      sum: 'Sum',
      state: 'State',
      line: 'Lines',
      bar: 'Bars',
    },
  },
};

const german: Texts = {
  title: 'Statistik',
  loading: 'Die Statistik wird geladen',
  period: { '5minute': 'alle 5 Minuten', hour: 'stündlich', day: 'täglich', week: 'wöchentlich', month: 'monatlich' },
  window: (days, language) => language.plural(days, 'Letzter Tag', 'Letzte # Tage'),
  stat: { mean: 'Mittel', min: 'Minimum', max: 'Maximum', change: 'Änderung', sum: 'Summe', state: 'Zustand' },
  time: 'Zeit',
  position: 'Zeitpunkt',
  none: 'kein Wert',
  noData: { title: 'Noch keine Statistik', hint: 'Home Assistant schreibt sie stündlich fort.' },
  unknown: (ids) => `Home Assistant führt keine Statistik zu ${ids}.`,
  unconverted: (name, wish, unit) =>
    `Home Assistant rechnet ${name} nicht in ${wish} um: gezeigt wird es ${unit === null ? 'ohne Einheit' : `in ${unit}`}.`,
  table: { show: 'Als Tabelle zeigen', hide: 'Als Diagramm zeigen' },
  retry: 'Erneut versuchen',
  problem: {
    headline: 'Die Statistik konnte nicht geladen werden',
    from: (age) => `Stand: ${age}.`,
    offline: 'Keine Verbindung zu Home Assistant.',
    stale: 'Die Statistik konnte nicht aktualisiert werden.',
    connectionLost: 'Die Verbindung zu Home Assistant ist abgebrochen.',
    unknown: 'Etwas ist schiefgegangen. Mehr steht vielleicht im Protokoll von Home Assistant.',
  },
  form: {
    labels: {
      entities: 'Statistiken',
      title: 'Titel',
      period: 'Zeitraum eines Werts',
      days_to_show: 'Gezeigte Tage',
      stat_types: 'Zeigen',
      chart_type: 'Diagramm',
    },
    helpers: {
      stat_types: 'Nichts gewählt: das Mittel mit seiner Spanne, oder die Änderung eines Zählers.',
      chart_type: 'Nichts gewählt: Balken für Änderungen, sonst Linien.',
    },
    options: {
      '5minute': '5 Minuten',
      hour: 'Stunde',
      day: 'Tag',
      week: 'Woche',
      month: 'Monat',
      mean: 'Mittel',
      min: 'Minimum',
      max: 'Maximum',
      change: 'Änderung',
      sum: 'Summe',
      state: 'Zustand',
      line: 'Linien',
      bar: 'Balken',
    },
  },
};

export function textsOf(language: string): Texts {
  return language.toLowerCase().split('-')[0] === 'de' ? german : english;
}
