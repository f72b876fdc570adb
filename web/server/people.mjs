import { createHash } from 'node:crypto';

/** Home Assistant's user ids are 32 hex digits. These derive from the name, so they are the same after a restart. */
function person(username, name) {
  const id = createHash('sha256').update(`cardcache demo ${username}`).digest('hex').slice(0, 32);
  return { username, name, id, token: `demo-${username}` };
}

export const people = [person('gabriel', 'Gabriel'), person('sara', 'Sara')];

export const personOfToken = (token) => people.find((each) => each.token === token);
