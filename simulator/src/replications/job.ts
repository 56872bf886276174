import { types } from 'node:util';

/**
 * One replication: what it gives depends on its two arguments alone, and can be sent from thread to thread
 * (structured clone), so rather numbers and typed arrays than objects with methods.
 */
export type Replicate<Argument, Result> = (
  argument: Argument,
  replication: number,
) => Result | Promise<Result>;

/** What a worker thread is told about its work. */
export interface Job<Argument> {
  /** URL of a module that exports `replicate`, a {@link Replicate}. */
  readonly module: string;
  readonly argument: Argument;
}

/** The module that was named has no replications to run. */
class NoReplicateError extends Error {
  readonly code = 'NO_REPLICATE';
  override readonly name = 'NoReplicateError';

  constructor(module: string) {
    super(`${module} exports no function "replicate". Export replicate(argument, replication) from it.`);
  }
}

/**
 * The function that a job's module exports.
 *
 * @throws {NoReplicateError} when it exports none
 */
export async function loadReplicate<Argument, Result>(module: string): Promise<Replicate<Argument, Result>> {
  const { replicate } = await import(module);
  if (typeof replicate !== 'function') {
    throw new NoReplicateError(module);
  }
  return replicate;
}

/**
 * One replication as another thread can be sent it. The result is a copy, so that a job may use its arrays again; a
 * failure is an error, for nothing else keeps its message on the way.
 */
export async function perform<Argument, Result>(
  replicate: Replicate<Argument, Result>,
  argument: Argument,
  replication: number,
): Promise<Result> {
  try {
    return structuredClone(await replicate(argument, replication));
  } catch (error) {
    throw types.isNativeError(error) ? error : new Error(String(error), { cause: error });
  }
}
