const KEPT = 'demo-session';

/** One tab across its reloads. The server counts per session, and this page stores its own counts under it. */
function load() {
  const kept = sessionStorage.getItem(KEPT);
  if (kept) return JSON.parse(kept);
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return { id: [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''), ledger: undefined };
}

const session = load();

export const sessionId = session.id;
export const keptLedger = session.ledger;

export function keepLedger(ledger) {
  sessionStorage.setItem(KEPT, JSON.stringify({ id: session.id, ledger }));
}

export function forgetLedger() {
  sessionStorage.removeItem(KEPT);
}

keepLedger(keptLedger);
