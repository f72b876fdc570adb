// `npm run simulate -- --trace FILE …`: builds the simulator of eviction policies and runs it where it was called.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildPreset } from './build_preset.mjs';
import { Trouble } from './log.mjs';

/** The program, built. */
export async function simulator() {
  return join(await buildPreset('simulator'), 'simulate');
}

export async function simulate(args) {
  const program = await simulator();
  // npm changes to the project's folder and says where it was called: that is what a relative FILE is meant from.
  const cwd = process.env.INIT_CWD ?? process.cwd();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: 'inherit' });
    child.on('error', (error) => reject(new Trouble(`${program}: ${error.message}`)));
    child.on('close', (code) => resolve(code === 0));
  });
}
