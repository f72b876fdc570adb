// A page with the to-do card on it.
import { CardPage } from './card_page.mjs';

class TodoPage extends CardPage {
  item(uid) {
    return this.card.locator(`[data-item="${uid}"]`);
  }

  named(summary) {
    return this.card.locator('[data-item]', {
      has: this.page.locator('.name', { hasText: new RegExp(`^${summary}$`) }),
    });
  }

  /** `{ summary: status }`, as the card shows it. */
  get shown() {
    return this.card
      .first()
      .evaluate((card) =>
        Object.fromEntries(
          [...card.shadowRoot.querySelectorAll('[data-item]')].map((row) => [
            row.querySelector('.name')?.textContent,
            row.dataset.status,
          ]),
        ),
      );
  }

  async openWithItems(path) {
    await this.open(path);
    await this.card.locator('[data-item]').first().waitFor();
  }

  tick(summary) {
    return this.named(summary).locator('[data-action="toggle"]').click();
  }

  async becomes(summary, status) {
    await this.card
      .locator(`[data-item][data-status="${status}"]`, {
        has: this.page.locator('.name', { hasText: new RegExp(`^${summary}$`) }),
      })
      .first()
      .waitFor();
  }

  async add(summary) {
    await this.card.locator('[data-part="new"]').fill(summary);
    await this.card.locator('[data-part="new"]').press('Enter');
  }

  /** Marks the rows, so that `keptRows` tells which items still have the DOM node they had. */
  async markRows() {
    await this.card.evaluate((card) => {
      for (const row of card.shadowRoot.querySelectorAll('[data-item]')) row.markedByTest = row.dataset.item;
    });
  }

  async keptRows() {
    return this.card.evaluate((card) =>
      [...card.shadowRoot.querySelectorAll('[data-item]')]
        .filter((row) => row.markedByTest === row.dataset.item)
        .map((row) => row.querySelector('.name').textContent),
    );
  }

  /** How often the page has subscribed to lists since the record began. */
  async subscribed() {
    return (await this.record()).sent.filter(({ type }) => type === 'todo/item/subscribe').length;
  }
}

export const TODO = { tag: 'cardcache-todo-card', subject: 'todo', Page: TodoPage };
