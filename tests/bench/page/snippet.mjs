// The twenty lines that card authors write by hand: an answer in localStorage with its time.
const LIFE = 259_200_000;

export function save(key, data) {
  try {
    localStorage.setItem(`snippet_${key}`, JSON.stringify({ data, timestamp: Date.now() }));
  } catch {
    // No room.
  }
}

export function load(key) {
  try {
    const { data, timestamp } = JSON.parse(localStorage.getItem(`snippet_${key}`));
    return Date.now() - timestamp < LIFE ? data : undefined;
  } catch {
    return undefined;
  }
}
