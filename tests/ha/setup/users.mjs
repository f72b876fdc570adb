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
  const ownerToken = await exchange(url, clientId, code);
  const owner = await HaConnection.open(url, ownerToken);
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
      const connection = await HaConnection.open(url, await logIn(url, clientId, username, password));
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

async function logIn(url, clientId, username, password) {
  const flow = await post(`${url}/auth/login_flow`, {
    client_id: clientId,
    handler: ['homeassistant', null],
    redirect_uri: clientId,
  });
  const done = await post(`${url}/auth/login_flow/${flow.flow_id}`, { client_id: clientId, username, password });
  return exchange(url, clientId, done.result);
}

async function exchange(url, clientId, code) {
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, client_id: clientId });
  const { access_token: token } = await answerOf(await fetch(`${url}/auth/token`, { method: 'POST', body }));
  return token;
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
