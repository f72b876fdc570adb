// A Redis, or a Valkey, which speaks the same, for the tests of the remote tier: the one that is there, else Debian's.
import { install, mayInstall } from './apt.mjs';
import { once } from './content_hash.mjs';
import { which } from './exec.mjs';
import { say } from './log.mjs';

const HOW = 'install redis-server or valkey-server';

const find = () => process.env.CARDCACHE_REDIS || which('redis-server') || which('valkey-server');

/** The server's program; undefined, with a line that says what is skipped, where it cannot be had. */
export const redis = once(async () => {
  if (!find() && mayInstall()) await install(['redis-server'], 'a Redis for its tests');
  if (!find()) say(`no Redis here: the tests of the remote tier are skipped (${HOW})`);
  return find();
});
