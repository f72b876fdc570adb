/** The card's own texts: in its editor, and where it can show no other card. */
export interface Texts {
  noHelpers: string;
  sample: string;
  form: { labels: Record<string, string>; helpers: Record<string, string> };
}

const english: Texts = {
  noHelpers: 'The wrapped card cannot be created: this page is not a Home Assistant dashboard.',
  sample: 'Put the configuration of the card you want to cache here.',
  form: {
    labels: {
      card: 'Card to be wrapped',
      ttl: 'Reuse an answer for',
      stale: 'Show old answers while refreshing, for up to',
      round: 'Treat times as the same within',
      reads: 'Requests that are cached',
    },
    helpers: {
      card: 'Its configuration, as it stands in its own YAML editor.',
      ttl: 'Until then the same question is not asked again.',
      stale: 'When the dashboard is opened, and while Home Assistant cannot answer.',
      round: 'For periods that move with the clock, such as the last 24 hours.',
      reads: 'Leave empty for history, statistics, calendars, forecasts and the like.',
    },
  },
};

const german: Texts = {
  noHelpers: 'Die umhüllte Karte kann nicht angelegt werden: Diese Seite ist kein Home-Assistant-Dashboard.',
  sample: 'Füge hier die Konfiguration der Karte ein, die du zwischenspeichern möchtest.',
  form: {
    labels: {
      card: 'Umhüllte Karte',
      ttl: 'Antworten wiederverwenden für',
      stale: 'Beim Aktualisieren alte Antworten zeigen, bis zu',
      round: 'Zeiten gelten als gleich innerhalb von',
      reads: 'Anfragen, die gemerkt werden',
    },
    helpers: {
      card: 'Ihre Konfiguration, wie sie in ihrem eigenen YAML-Editor steht.',
      ttl: 'So lange wird dieselbe Frage nicht noch einmal gestellt.',
      stale: 'Wenn das Dashboard geöffnet wird und solange Home Assistant nicht antworten kann.',
      round: 'Für Zeiträume, die mit der Uhr wandern, etwa die letzten 24 Stunden.',
      reads: 'Leer: Verlauf, Statistik, Kalender, Wettervorhersagen und Ähnliches.',
    },
  },
};

export function textsOf(language: string): Texts {
  return language.toLowerCase().split('-')[0] === 'de' ? german : english;
}
