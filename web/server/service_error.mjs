/** A refusal, with the codes that Home Assistant sends. */
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

/** What the integration makes of its API's 404: all of TaskTracker's own refusals reach a card as unknown_error. */
export const notFound = (what, userContext) =>
  new ServiceError(
    'unknown_error',
    `API request failed with status 404: ${JSON.stringify({ success: false, message: what, user_context: userContext })}`,
  );
