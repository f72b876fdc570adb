// Home Assistant in a virtual environment of the cache folder; run by itself it does just that and says so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { madeOnce } from '../../../wasm/toolchain/cache_folder.mjs';
import { once } from '../../../wasm/toolchain/content_hash.mjs';
import { run } from '../../../wasm/toolchain/exec.mjs';
import { describe, say, step } from '../../../wasm/toolchain/log.mjs';
import { python } from './python.mjs';

const REQUIREMENTS = fileURLToPath(new URL('requirements.txt', import.meta.url));

/** `{ folder, spawnable }`: where it is, and `spawnable(args)` for `python -m homeassistant` with these arguments. */
export const homeAssistantInstallation = once(async () => {
  const { command, id, wrap } = await python();
  const requirements = readFileSync(REQUIREMENTS, 'utf8');
  const folder = await madeOnce('home-assistant', { id, requirements }, (temporary) => make(temporary, command, wrap));
  // Through the module and not through the launcher `hass`, which holds the path of the folder it was made in.
  const interpreter = join(folder, 'bin', 'python');
  const env = { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` };
  return { folder, spawnable: (args) => wrap(interpreter, ['-m', 'homeassistant', ...args], { env }) };
});

async function make(folder, command, wrap) {
  const inside = async (program, args) => {
    const call = wrap(program, args);
    await run(call.command, call.args, { env: call.env });
  };
  await step('installing Home Assistant (about a minute, 1.2 GB)', async () => {
    await inside(command, ['-m', 'venv', folder]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    await inside(join(folder, 'bin', 'python'), [...pip, '--requirement', REQUIREMENTS]);
  });
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { folder } = await homeAssistantInstallation();
    say(`Home Assistant is installed in ${folder}`);
  } catch (error) {
    say(describe(error));
    process.exitCode = 1;
  }
}
