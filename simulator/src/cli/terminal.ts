/** Where the program writes to. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Shows how far a long step is, when somebody watches; undefined otherwise. */
  readonly progress?: ((text: string) => void) | undefined;
  /** Fires when somebody wants the program to end: Ctrl-C. */
  readonly signal?: AbortSignal | undefined;
}

/** Exit codes: fine, something went wrong, the command line was wrong, ended by Ctrl-C (128 + SIGINT). */
export const FINE = 0;
export const FAILED = 1;
export const WRONG_USAGE = 2;
export const INTERRUPTED = 130;

/** What somebody asked for cannot be done; the message says what can. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
