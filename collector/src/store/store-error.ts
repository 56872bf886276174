export type StoreErrorCode =
  /** The embedded engine cannot open its directory: nearly always because another process owns it. */
  | 'store-in-use'
  /** The embedded store's directory cannot be written. */
  | 'store-not-writable'
  /** The server at the given address does not answer. Worth trying again. */
  | 'store-unavailable'
  /** The store refused a read, for instance because it went over a limit. */
  | 'query-failed'
  /** The store holds a migration whose text has changed since. */
  | 'migration-changed'
  /** An answer does not have the shape that the query promises. */
  | 'unexpected-answer';

/** The store cannot be used; the message says why and what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
