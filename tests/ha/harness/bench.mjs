// The whole bench for one test file: Home Assistant with our integration, its users, their connections.
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { projectFolder } from '../../../wasm/toolchain/project.mjs';
import { makeConfigFolder } from '../setup/config_folder.mjs';
import { freePort, HomeAssistantProcess } from '../setup/home_assistant.mjs';
import { onboard } from '../setup/users.mjs';
import { Household } from '../../../web/server/household.mjs';
import { firstDay } from '../tasktracker/first_day.mjs';
import { Integration } from '../tasktracker/integration.mjs';
import { openLine } from '../tasktracker/line.mjs';
import { HaConnection } from './connection.mjs';
import { planDashboard } from './dashboards.mjs';
import { errorsIn } from './server_log.mjs';
import { Tracker } from './tracker.mjs';

/** The file that HACS installs. */
export const CARDS = join(projectFolder, 'dist', 'cardcache.js');

const PEOPLE = ['Gabriel', 'Sara', 'Tom'].map((name) => ({ username: name.toLowerCase(), name }));

/** `cards`: a file (or several) that every page loads, with those `beside` it that they import. The server's log is kept as build/ha/<name>.log. */
export async function startBench(name, { cards, beside = [], dashboard = planDashboard } = {}) {
  const port = await freePort();
  const folder = makeConfigFolder(port);
  const logFile = join(projectFolder, 'build', 'ha', `${name}.log`);
  rmSync(logFile, { force: true });
  const household = new Household({
    timeZone: 'UTC',
    people: PEOPLE.map((person) => ({ ...person })),
    start: firstDay,
  });
  const integration = new Integration(household);
  const line = await openLine(integration, (id) => household.people.find((person) => person.id === id)?.username);
  const configuration = {
    line: line.url,
    ...(cards && withCards(folder, [cards].flat(), beside, dashboard)),
  };
  folder.writeConfiguration(configuration);
  const ha = new HomeAssistantProcess({ configPath: folder.path, port, logFile });
  const connections = new Map();
  const bench = {
    url: ha.url,
    folder,
    users: {},
    tracker: undefined,
    connection: (username) => connections.get(username),
    errors: () => errorsIn(logFile),
    /** Twenty states of an entity that no card of ours shows; resolves when the page's card has been given the last of them. */
    changeUnrelatedStates: async (page) => {
      for (let level = 20; level < 40; level += 1) {
        const data = { entity_id: 'input_number.level', value: level };
        await connections
          .get('gabriel')
          .callService('set_value', data, { domain: 'input_number', returnResponse: false });
      }
      await page.card.evaluate(async (card) => {
        while (card.hass.states['input_number.level'].state !== '39.0') await new Promise(requestAnimationFrame);
      });
    },
    stopServer: () => ha.stop(),
    /** Starts it again over the same state; `startDelay` holds our integration back, in seconds. */
    startServer: async ({ startDelay = 0 } = {}) => {
      folder.writeConfiguration({ ...configuration, startDelay });
      await ha.start();
      await ready();
    },
    /** Gives the card file's resource another query, without a restart: HACS does so after an update. */
    moveCards: async (query) => {
      const [first, ...rest] = configuration.resources;
      configuration.resources = [{ ...first, url: first.url.replace(/\?.*/, `?${query}`) }, ...rest];
      folder.writeConfiguration(configuration);
      const reload = { domain: 'lovelace', returnResponse: false };
      await bench.connection('gabriel').callService('reload_resources', {}, reload);
    },
    close: async () => {
      for (const connection of connections.values()) connection.close();
      await ha.stop();
      line.close();
      folder.remove();
    },
  };
  const ready = async () => {
    await ha.running(bench.users.gabriel.token);
    for (const [username, { token }] of Object.entries(bench.users)) {
      connections.get(username)?.close();
      connections.set(username, await HaConnection.open(ha.url, token));
    }
    bench.tracker = new Tracker(connections.get('gabriel'), integration, household);
  };
  try {
    await ha.start();
    bench.users = await onboard(ha.url);
    for (const person of household.people) person.id = bench.users[person.username].id;
    await ready();
    // A missing wheel of a base platform shows here, and to people as a page that never loads.
    await connections.get('sara').send({ type: 'get_services' });
    return bench;
  } catch (error) {
    await bench.close();
    throw error;
  }
}

function withCards(folder, cards, beside, dashboard) {
  for (const file of [...cards, ...beside]) folder.addLocalFile(file, basename(file));
  folder.writeDashboard('plan.yaml', dashboard);
  return {
    // /local is cached for a month: only another address brings another file.
    resources: cards.map((file) => ({ url: `/local/${basename(file)}?v=${versionOf(file)}`, type: 'module' })),
    dashboards: { 'lovelace-plan': { mode: 'yaml', title: 'Plans', filename: 'plan.yaml' } },
  };
}

function versionOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 8);
}
