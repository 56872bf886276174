import { availableParallelism } from 'node:os';
import { assemble, type Crew } from './crew.ts';
import { type Progress, ProgressCounter } from './progress.ts';
import { decide, FEWEST_REPLICATIONS, type PrecisionRule } from './rule.ts';

/** Under a rule, replications for each worker that are begun before it is known whether they are needed. */
const AHEAD = 2;

/** As many replications as it takes; see {@link decide}. */
export interface UntilPrecise<Result> extends PrecisionRule {
  /** What must be precise of a result: always the same outputs in the same order. */
  outputs(result: Result): readonly number[];
}

export interface ReplicationOptions<Argument, Result> {
  /** Of a module that exports `replicate(argument, replication)`; see {@link Replicate}. */
  readonly module: URL;
  /** Anything that can be sent to another thread. */
  readonly argument: Argument;
  readonly replications: number | UntilPrecise<Result>;
  /** Threads; as many as the machine runs at once unless said otherwise. With 1, the calling thread works. */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** A replication failed, or the thread that ran it ended. */
export class ReplicationError extends Error {
  readonly code = 'REPLICATION_FAILED';
  override readonly name = 'ReplicationError';
  /** Counted from 0. */
  readonly replication: number;

  constructor(replication: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`Replication ${replication} failed: ${reason}`, { cause });
    this.replication = replication;
  }
}

/** The replications were ended by their signal. */
export class AbortError extends Error {
  readonly code = 'ABORT_ERR';
  override readonly name = 'AbortError';

  constructor({ reason }: AbortSignal) {
    super('The replications were ended before all were done.', { cause: reason });
  }
}

/**
 * Runs the replications 0, 1, 2… of a job and gives their results in this order. How many threads work, and which
 * of them is faster, changes nothing of what comes out.
 *
 * @throws {RangeError} when the number of replications or workers is not a whole number from 1 on, or a rule is
 *   senseless
 * @throws {ReplicationError} for the first replication, by number, that fails; the others are ended
 * @throws {AbortError} when the signal fires; the threads have ended by then
 */
export async function runReplications<Argument, Result>(
  options: ReplicationOptions<Argument, Result>,
): Promise<Result[]> {
  const { module, argument, replications, workers = availableParallelism(), signal } = options;
  const most = typeof replications === 'number' ? replications : replications.budget;
  requireCount('replications', most);
  requireCount('workers', workers);
  if (signal?.aborted === true) {
    throw new AbortError(signal);
  }
  const crew = assemble<Argument, Result>({ module: module.href, argument }, Math.min(workers, most));
  const finished = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(new AbortError(signal)), { signal: finished.signal });
  });
  try {
    return await collect(crew, options, most, aborted);
  } finally {
    finished.abort();
    await crew.end();
  }
}

async function collect<Argument, Result>(
  crew: Crew<Result>,
  { replications, onProgress }: ReplicationOptions<Argument, Result>,
  most: number,
  aborted: Promise<never>,
): Promise<Result[]> {
  const rule = typeof replications === 'number' ? undefined : replications;
  const progress = new ProgressCounter(
    rule === undefined ? most : Math.min(most, FEWEST_REPLICATIONS),
    onProgress,
  );
  const ahead = crew.size === 1 ? 1 : rule === undefined ? most : AHEAD * crew.size;
  const begun: Promise<Outcome<Result>>[] = [];
  const begin = (): Promise<Outcome<Result>> => {
    const outcome = outcomeOf(crew.run(begun.length), progress);
    begun.push(outcome);
    return outcome;
  };
  const results: Result[] = [];
  // Results are taken by number, not as they come, so that a decision never depends on who was faster.
  for (let replication = 0; replication < most; replication += 1) {
    while (begun.length < Math.min(most, replication + ahead)) {
      begin();
    }
    const outcome = await Promise.race([begun[replication] ?? begin(), aborted]);
    if (!outcome.done) {
      throw new ReplicationError(replication, outcome.reason);
    }
    results.push(outcome.result);
    if (rule !== undefined) {
      const decision = decide(byOutput(results.map((result) => rule.outputs(result))), rule);
      if (decision.verdict === 'enough') {
        break;
      }
      progress.expect(decision.wanted);
    }
  }
  return results;
}

/** Turns values by replication and output into values by output and replication. */
function byOutput(replications: readonly (readonly number[])[]): number[][] {
  const outputs = replications[0]?.keys() ?? [];
  return Array.from(outputs, (output) => replications.map((values) => values[output] ?? Number.NaN));
}

type Outcome<Result> =
  | { readonly done: true; readonly result: Result }
  | { readonly done: false; readonly reason: unknown };

/** Never rejects, so that a failure can wait for its turn. */
async function outcomeOf<Result>(
  running: Promise<Result>,
  progress: ProgressCounter,
): Promise<Outcome<Result>> {
  try {
    const result = await running;
    progress.countOne();
    return { done: true, result };
  } catch (reason) {
    return { done: false, reason };
  }
}

function requireCount(what: string, count: number): void {
  if (!(Number.isInteger(count) && count >= 1)) {
    throw new RangeError(`The number of ${what} is a whole number from 1 on; this one is ${count}.`);
  }
}
