// A Python that Home Assistant runs on: the machine's own if it is new enough, else the one of the forky tree.
import { mayInstall } from '../../../wasm/toolchain/apt.mjs';
import { once } from '../../../wasm/toolchain/content_hash.mjs';
import { run, which } from '../../../wasm/toolchain/exec.mjs';
import { forkyRoot, inForky } from '../../../wasm/toolchain/forky_root.mjs';
import { Trouble } from '../../../wasm/toolchain/log.mjs';

const PROBE = 'import ensurepip, sys, sysconfig; print(sys.version_info >= (3, 14, 2), sysconfig.get_platform())';

/** `{ command, id, wrap }`: how it is called, what a virtual environment made with it depends on, how to spawn with it. */
export const python = once(async () => {
  for (const command of ['python3.14', 'python3']) {
    const answer = which(command) ? await run(command, ['-c', PROBE]).catch(() => '') : '';
    if (answer.startsWith('True')) {
      const wrap = (program, args, { env = {} } = {}) => ({ command: program, args, env });
      return { command: which(command), id: `${which(command)} ${answer.trim()}`, wrap };
    }
  }
  if (!mayInstall()) {
    throw new Trouble(
      'the tests in Home Assistant need Python 3.14.2 or newer with venv, or root on a Debian to set one up',
    );
  }
  const root = await forkyRoot();
  // /etc stays the host's, and with it /etc/alternatives, where a host without compilers has no cc and no c++.
  const compilers = { CC: 'gcc', CXX: 'g++' };
  const wrap = (program, args, { env = {} } = {}) => ({
    ...inForky(root, program, args, { env: { ...compilers, ...env } }),
    env: {},
  });
  return { command: 'python3.14', id: root, wrap };
});
