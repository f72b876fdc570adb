/** A refusal with one of Home Assistant's error codes. */
export class ServiceError extends Error {
  constructor(code, message, more = {}) {
    super(message);
    this.code = code;
    this.more = more;
  }

  toJSON() {
    return { code: this.code, message: this.message, ...this.more };
  }
}

/** Formats a value as Python does, because the integration quotes its API's answer that way. */
function pythonText(value) {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return value.includes("'") ? JSON.stringify(value) : `'${value}'`;
  if (typeof value !== 'object') return String(value);
  return `{${Object.entries(value)
    .map(([name, part]) => `'${name}': ${pythonText(part)}`)
    .join(', ')}}`;
}

/** A failed request to TaskTracker's own API as the integration reports it: always as `unknown_error`. */
export const apiError = (status, body) =>
  new ServiceError('unknown_error', `API request failed with status ${status}: ${pythonText(body)}`);

export const notFound = (what, userContext) =>
  apiError(404, { success: false, message: what, user_context: userContext });
