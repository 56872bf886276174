/** Postgres cannot be reached, or went away in the middle: trying again later makes sense. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';

  constructor(cause: unknown) {
    super(`Postgres is not available: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * SQLSTATEs that mean "not now" rather than "not so" (PostgreSQL documentation, appendix A): class 08, connection
 * exceptions; 53300, too many connections; 57014, cancelled by a timeout; 57P01 to 57P05, the server or the
 * session being shut down or not yet ready.
 */
const UNAVAILABLE_SQLSTATE = /^(08...|53300|57014|57P0.)$/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * The SQLSTATE of an error that the server itself answered with, else undefined: sockets and time-outs have codes
 * such as ECONNRESET, or none.
 */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string') {
    return SQLSTATE.test(error.code) ? error.code : undefined;
  }
  return undefined;
}

/**
 * True unless the server answered about the statement itself. Sockets fail in a dozen ways without a common code,
 * so whatever the server did not say counts as its absence; only a value that cannot be sent is our own mistake.
 */
export function isUnavailability(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) {
    return false;
  }
  const state = sqlState(error);
  return state === undefined || UNAVAILABLE_SQLSTATE.test(state);
}
