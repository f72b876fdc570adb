const TIME_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const LANGUAGE = navigator.language.split('-')[0];
const LOCALE = { language: LANGUAGE, number_format: 'language', time_format: 'language', date_format: 'language' };

/**
 * The `hass` object of one user over a connection, as Home Assistant's frontend sets it on cards. It is replaced by a new object for every
 * change. `onCall` is called for every service call that is sent.
 */
export class DemoHass {
  #person;
  #connection;
  #dark = false;
  #listeners = new Set();
  #onCall;
  #current;

  constructor(person, connection, { onCall }) {
    this.#person = person;
    this.#connection = connection;
    this.#onCall = onCall;
    this.#current = this.#make();
    connection.addEventListener('ready', () => this.#renew());
    connection.addEventListener('disconnected', () => this.#renew());
  }

  get current() {
    return this.#current;
  }

  onChange(listener) {
    this.#listeners.add(listener);
  }

  set dark(dark) {
    this.#dark = dark;
    this.#renew();
  }

  #renew() {
    this.#current = this.#make();
    for (const listener of this.#listeners) listener(this.#current);
  }

  #callService = async (domain, service, data = {}, target = {}, _notifyOnError = true, returnResponse = false) => {
    const answer = this.#connection.sendMessagePromise({
      type: 'call_service',
      domain,
      service,
      service_data: data,
      target,
      return_response: returnResponse,
    });
    if (this.#connection.connected) this.#onCall({ service, data });
    return answer;
  };

  #callWS = (message) => this.#connection.sendMessagePromise(message);

  #make() {
    return {
      user: { id: this.#person.id, name: this.#person.name, is_admin: false, is_owner: false },
      connection: this.#connection,
      connected: this.#connection.connected,
      states: {},
      language: LANGUAGE,
      selectedLanguage: null,
      locale: LOCALE,
      config: { state: 'RUNNING', time_zone: TIME_ZONE, components: ['tasktracker'] },
      themes: { darkMode: this.#dark, default_theme: 'default', themes: {}, theme: 'default' },
      callService: this.#callService,
      callWS: this.#callWS,
    };
  }
}
