import type { IngestResult } from '../intake/intake.ts';

/** One of a batch, in the answer. */
interface EventResult {
  /** Its place in the batch, from 0; blank lines are not counted. */
  readonly index: number;
  readonly status: IngestResult['status'];
  readonly reason?: string;
}

/** What became of a batch. */
export interface BatchResult {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Those that were not accepted; all of them when asked by `?results=all`. */
  readonly results: readonly EventResult[];
}

/**
 * Adds up a batch.
 *
 * @param all whether to list what was accepted, too
 */
export function batchResult(results: readonly IngestResult[], all: boolean): BatchResult {
  const told: EventResult[] = [];
  let accepted = 0;
  let duplicates = 0;
  for (const [index, result] of results.entries()) {
    if (result.status === 'accepted') {
      accepted += 1;
    } else if (result.status === 'duplicate') {
      duplicates += 1;
    }
    if (all || result.status !== 'accepted') {
      told.push({ index, ...result });
    }
  }
  return { accepted, duplicates, rejected: results.length - accepted - duplicates, results: told };
}
