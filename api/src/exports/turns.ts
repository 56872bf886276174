import { problem } from '../errors/problem.ts';

/** Nobody waits longer for a download, and none keeps the store reading for longer. */
export const LONGEST_EXPORT_MS = 30 * 60_000;

/** Lets each person make one export at a time. Each replica counts for itself. */
export class ExportTurns {
  readonly #running = new Set<string>();

  /**
   * @returns ends the turn; a second call does nothing
   * @throws {ProblemError} `export-running` while an earlier export of the person goes on
   */
  take(userId: string): () => void {
    if (this.#running.has(userId)) {
      throw problem('export-running');
    }
    this.#running.add(userId);
    let over = false;
    return () => {
      if (!over) {
        over = true;
        this.#running.delete(userId);
      }
    };
  }
}
