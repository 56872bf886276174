import { documentedSystems } from '../systems/systems.ts';

/** This module, as worker threads are told to load it. */
export const SYSTEM_MODULE = new URL(import.meta.url);

/** Which documented system is replicated. */
export interface SystemJob {
  readonly name: string;
  readonly seed: number;
}

/**
 * One replication of a documented system other than the month's: its figures by id.
 *
 * @public loaded by its name, in worker threads
 */
export function replicate({ name, seed }: SystemJob, replication: number): Readonly<Record<string, number>> {
  const system = documentedSystems.find((one) => one.name === name);
  if (system === undefined) {
    throw new RangeError(`No documented system is called "${name}".`);
  }
  return system.replicate(seed, replication);
}
