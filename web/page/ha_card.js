const sheet = new CSSStyleSheet();
sheet.replaceSync(`
  :host {
    display: block;
    position: relative;
    box-sizing: border-box;
    color: var(--primary-text-color);
    background: var(--ha-card-background);
    border: var(--ha-card-border-width) solid var(--ha-card-border-color);
    border-radius: var(--ha-card-border-radius);
    box-shadow: var(--ha-card-box-shadow);
  }
  .card-header {
    padding: 16px 16px 8px;
    font-size: var(--ha-card-header-font-size);
    line-height: 1.3;
    color: var(--ha-card-header-color);
  }
`);

/** A stand-in for Home Assistant's card frame: `header` and the theme's variables. */
class HaCard extends HTMLElement {
  static observedAttributes = ['header'];
  #header;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet];
    this.shadowRoot.append(document.createElement('slot'));
  }

  get header() {
    return this.getAttribute('header') ?? '';
  }

  set header(text) {
    this.setAttribute('header', text ?? '');
  }

  attributeChangedCallback() {
    this.#header?.remove();
    this.#header = undefined;
    if (this.header === '') return;
    this.#header = document.createElement('h2');
    this.#header.className = 'card-header';
    this.#header.style.margin = '0';
    this.#header.style.fontWeight = 'normal';
    this.#header.textContent = this.header;
    this.shadowRoot.prepend(this.#header);
  }
}

if (!customElements.get('ha-card')) customElements.define('ha-card', HaCard);
