// A fresh configuration folder for one run of Home Assistant, with our integration and the dashboards of the tests.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const INTEGRATION = fileURLToPath(new URL('../custom_components/tasktracker', import.meta.url));

/** `{ path, writeConfiguration, addLocalFile, writeDashboard, remove }`; paths are absolute. */
export function makeConfigFolder(port) {
  const path = mkdtempSync(join(tmpdir(), 'cardcache-ha-'));
  const remove = () => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  process.once('exit', remove);
  // Copied, so that Python leaves its compiled files there and not in the source tree.
  cpSync(INTEGRATION, join(path, 'custom_components', 'tasktracker'), {
    recursive: true,
    filter: (source) => !source.endsWith('__pycache__'),
  });
  // It has to be there when Home Assistant starts, or nothing is ever served from it.
  mkdirSync(join(path, 'www'));
  writeStorage(path, 'http', { version: 3, minor_version: 1, data: httpSettings(port) });
  writeStorage(path, 'onboarding', {
    version: 4,
    minor_version: 1,
    // All but the first user: the other steps start flows for integrations that are not installed.
    data: { done: ['core_config', 'analytics', 'integration'] },
  });
  return {
    path,
    writeConfiguration: (options) => writeFileSync(join(path, 'configuration.yaml'), configuration(path, options)),
    addLocalFile: (source, name) => cpSync(source, join(path, 'www', name)),
    // YAML is a superset of JSON, so a dashboard is written as what it is.
    writeDashboard: (name, dashboard) => writeFileSync(join(path, name), JSON.stringify(dashboard, null, 2)),
    remove,
  };
}

function writeStorage(path, key, content) {
  mkdirSync(join(path, '.storage'), { recursive: true });
  writeFileSync(join(path, '.storage', key), JSON.stringify({ ...content, key }));
}

// An `http:` section in the YAML would be taken as a trial: Home Assistant exits after 5 minutes without a confirmation.
function httpSettings(port) {
  return {
    stable: {
      server_host: ['127.0.0.1'],
      server_port: port,
      cors_allowed_origins: [],
      login_attempts_threshold: -1,
      ip_ban_enabled: false,
      ssl_profile: 'intermediate_v6',
      use_x_frame_options: true,
      created_at: '2026-01-01T00:00:00+00:00',
      error: null,
      error_message: null,
    },
    pending: null,
    yaml_migration_done: true,
  };
}

function configuration(path, { line, resources = [], dashboards = {}, startDelay = 0 }) {
  return JSON.stringify(
    {
      homeassistant: {
        name: 'cardcache',
        time_zone: 'UTC',
        latitude: 52,
        longitude: 5,
        unit_system: 'metric',
        country: 'NL',
        currency: 'EUR',
      },
      frontend: null,
      recorder: { db_url: `sqlite:///${path}/ha.db`, commit_interval: 1 },
      history: null,
      input_number: { level: { min: 0, max: 100, initial: 10 } },
      lovelace: { resource_mode: 'yaml', resources, dashboards },
      tasktracker: { line, start_delay: startDelay },
    },
    null,
    2,
  );
}
