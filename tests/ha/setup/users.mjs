// Users without a browser: the first one by onboarding, the others by the first one, a long-lived token for each.
import { HaConnection } from '../harness/connection.mjs';

const OWNER = 'gabriel';
const OTHERS = ['sara', 'tom'];
const TOKEN_DAYS = 365;

/** `{ gabriel: { id, token }, sara, tom }`; gabriel is owner and admin, the others may do what users may. */
export async function onboard(url) {
  const clientId = `${url}/`;
  const { auth_code: code } = await post(`${url}/api/onboarding/users`, {
    client_id: clientId,
    name: displayName(OWNER),
    username: OWNER,
    password: passwordOf(OWNER),
    language: 'en',
  });
  const owner = await HaConnection.open(url, (await exchange(url, clientId, code)).access_token);
  try {
    const users = { [OWNER]: { id: (await owner.send({ type: 'auth/current_user' })).id } };
    users[OWNER].token = await longLivedToken(owner);
    for (const username of OTHERS) {
      const { user } = await owner.send({
        type: 'config/auth/create',
        name: displayName(username),
        group_ids: ['system-users'],
      });
      const password = passwordOf(username);
      await owner.send({
        type: 'config/auth_provider/homeassistant/create',
        user_id: user.id,
        username,
        password,
      });
      const connection = await HaConnection.open(url, (await signIn(url, username)).access_token);
      users[username] = { id: user.id, token: await longLivedToken(connection) };
      connection.close();
    }
    return users;
  } finally {
    owner.close();
  }
}

function displayName(username) {
  return username[0].toUpperCase() + username.slice(1);
}

// The server listens on the loopback alone and lives for one test run.
function passwordOf(username) {
  return `${username} of the tests`;
}

/** As the form on the sign-in page does: the server's tokens, `{ access_token, refresh_token, expires_in, … }`. */
export async function signIn(url, username) {
  const clientId = `${url}/`;
  const flow = await post(`${url}/auth/login_flow`, {
    client_id: clientId,
    handler: ['homeassistant', null],
    redirect_uri: clientId,
  });
  const answer = { client_id: clientId, username, password: passwordOf(username) };
  const done = await post(`${url}/auth/login_flow/${flow.flow_id}`, answer);
  return exchange(url, clientId, done.result);
}

async function exchange(url, clientId, code) {
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, client_id: clientId });
  return answerOf(await fetch(`${url}/auth/token`, { method: 'POST', body }));
}

function longLivedToken(connection) {
  return connection.send({ type: 'auth/long_lived_access_token', client_name: 'tests', lifespan: TOKEN_DAYS });
}

async function post(url, body) {
  const headers = { 'content-type': 'application/json' };
  return answerOf(await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answerOf(response) {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
