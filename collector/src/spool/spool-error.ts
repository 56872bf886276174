export type SpoolErrorCode =
  /** Another living process holds the directory. */
  | 'spool-in-use'
  /** The directory cannot be written. */
  | 'spool-not-writable'
  /** A group of lines could not be written; it is kept in memory and tried again. */
  | 'spool-write-failed'
  /** The name of an import is not usable as a file name. */
  | 'import-name';

/** The spool cannot be used; the message says why and what to do. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError';
  readonly code: SpoolErrorCode;

  constructor(code: SpoolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
