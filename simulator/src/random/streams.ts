import { createStream, type RandomStream } from './stream.ts';

/** The streams of one replication, by what their numbers decide and by the part that must not depend on others. */
export type Streams = (purpose: string, part: string | number) => RandomStream;

/**
 * The streams of one replication. Those of replication 0 are named by purpose and part alone, so that it is the month
 * that the seed had before there were replications.
 */
export function streamsOf(seed: number, replication: number): Streams {
  return replication === 0
    ? (purpose, part) => createStream(seed, purpose, part)
    : (purpose, part) => createStream(seed, `${purpose}/${part}`, `replication ${replication}`);
}
