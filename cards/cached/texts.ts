/** What the card says itself: in its editor, and where it can show no other card. */
export interface Texts {
  noHelpers: string;
  sample: string;
  form: { labels: Record<string, string>; helpers: Record<string, string> };
}

const english: Texts = {
  noHelpers: 'Here is no Home Assistant that could make the wrapped card.',
  sample: 'Here goes the configuration of the card that is to ask less.',
  form: {
    labels: {
      card: 'Card to be wrapped',
      ttl: 'Answers are good for',
      stale: 'Shown while asked anew, for',
      round: 'Moving times are rounded to',
      reads: 'Requests that are cached',
    },
    helpers: {
      card: 'Its configuration, as it stands in its own YAML editor.',
      stale: 'How much older than that an answer may be when the dashboard is opened.',
      reads: 'Leave empty for history, statistics, calendars, forecasts and the like.',
    },
  },
};

const german: Texts = {
  noHelpers: 'Hier ist kein Home Assistant, das die umhüllte Karte machen könnte.',
  sample: 'Hierher gehört die Konfiguration der Karte, die weniger fragen soll.',
  form: {
    labels: {
      card: 'Umhüllte Karte',
      ttl: 'Antworten gelten',
      stale: 'Beim Neuladen gezeigt, bis zu',
      round: 'Laufende Zeiten gerundet auf',
      reads: 'Anfragen, die gemerkt werden',
    },
    helpers: {
      card: 'Ihre Konfiguration, wie sie in ihrem eigenen YAML-Editor steht.',
      stale: 'Wie viel älter eine Antwort sein darf, wenn das Dashboard geöffnet wird.',
      reads: 'Leer: Verlauf, Statistik, Kalender, Wettervorhersagen und Ähnliches.',
    },
  },
};

export function textsOf(language: string): Texts {
  return language.toLowerCase().split('-')[0] === 'de' ? german : english;
}
