// The dashboards of the tests.

export const CARD = 'custom:cardcache-daily-plan-card';

/** A view of one section a card, as people's newer dashboards are. */
export function sectionsView(path, ...cards) {
  return { path, title: path, type: 'sections', sections: cards.map((card) => ({ type: 'grid', cards: [card] })) };
}

/** A sections view, a masonry view, one with two cards, and one without any of ours to switch to. */
export const planDashboard = {
  views: [
    sectionsView('home', { type: CARD }, { type: 'entities', entities: ['input_number.level'] }),
    { title: 'Masonry', path: 'masonry', cards: [{ type: CARD }, { type: 'markdown', content: 'Another card.' }] },
    sectionsView('pair', { type: CARD }, { type: CARD, user: 'gabriel' }),
    { title: 'Elsewhere', path: 'elsewhere', cards: [{ type: 'markdown', content: 'No plan here.' }] },
  ],
};

/** A dashboard that can be edited in the browser; it starts without cards, or with these. */
export async function createStorageDashboard(admin, urlPath, cards = []) {
  await admin.send({
    type: 'lovelace/dashboards/create',
    url_path: urlPath,
    title: 'Editable',
    mode: 'storage',
    require_admin: false,
    show_in_sidebar: true,
  });
  const sections = [{ type: 'grid', cards }];
  const config = { views: [{ title: 'Home', path: 'home', type: 'sections', sections }] };
  await admin.send({ type: 'lovelace/config/save', url_path: urlPath, config });
}
