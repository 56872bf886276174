/** Which thing stands in the way of the embedded Postgres. */
export type EmbeddedPostgresErrorCode =
  | 'unsupported-platform'
  | 'no-account'
  | 'no-rights'
  | 'damaged'
  | 'does-not-start'
  | 'does-not-stop';

/** The embedded Postgres cannot be used; the message says, in one line, why and what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
