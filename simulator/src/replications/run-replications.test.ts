import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { type Fault, twoWords } from '../testing/jobs/faulty.ts';
import { replicate, type Walk } from '../testing/jobs/walk.ts';
import type { Progress } from './progress.ts';
import { ReplicationError, runReplications } from './run-replications.ts';

type WalkResult = ReturnType<typeof replicate>;

const WALK = new URL('../testing/jobs/walk.ts', import.meta.url);
const FAULTY = new URL('../testing/jobs/faulty.ts', import.meta.url);
const argument: Walk = { seed: 7, steps: 1000 };
const ends = ({ end }: WalkResult): number[] => [end];

const faulty = (fault: Fault, workers: number, signal?: AbortSignal): Promise<unknown[]> =>
  runReplications<Fault, unknown>({ module: FAULTY, argument: fault, replications: 10, workers, signal });

describe('runReplications', () => {
  it('gives the same bytes for 1, 2 and 8 workers', async () => {
    const [one, ...others] = await Promise.all(
      [1, 2, 8].map(async (workers) =>
        serialize(await runReplications({ module: WALK, argument, replications: 30, workers })),
      ),
    );
    for (const other of others) {
      expect(one?.equals(other)).toBe(true);
    }
  });

  it('gives replication 17 of 30 as replication 17 alone', async () => {
    const results = await runReplications<Walk, WalkResult>({
      module: WALK,
      argument,
      replications: 30,
      workers: 2,
    });
    expect(results).toHaveLength(30);
    expect(results[17]).toEqual(replicate(argument, 17));
    expect(new Set(results.map(({ end }) => end)).size).toBe(30);
  });

  it('ends by its rule at the same replication for any number of workers', async () => {
    const replications = { precision: 0.5, confidence: 0.95, budget: 200, outputs: ends };
    const short: Walk = { seed: 3, steps: 100 };
    const runs = await Promise.all(
      [1, 2, 3].map((workers) =>
        runReplications<Walk, WalkResult>({ module: WALK, argument: short, replications, workers }),
      ),
    );
    const [one = []] = runs;
    expect(one.length).toBeGreaterThan(8);
    expect(one.length).toBeLessThan(200);
    for (const run of runs) {
      expect(run).toEqual(one);
    }
  });

  it('expects the fewest replications that a rule may want, until it knows more', async () => {
    const replications = { precision: 0.5, confidence: 0.95, budget: 200, outputs: () => [1] };
    const seen: number[] = [];
    await runReplications({
      module: WALK,
      argument,
      replications,
      workers: 1,
      onProgress: ({ wanted }) => seen.push(wanted),
    });
    expect(seen).toEqual([8, 8, 8, 8, 8, 8, 8, 8]);
  });

  it('stops at the budget when the rule is never content', async () => {
    const replications = { precision: 1e-6, confidence: 0.95, budget: 12, outputs: ends };
    expect(await runReplications({ module: WALK, argument, replications, workers: 1 })).toHaveLength(12);
  });

  it.each([1, 2])('counts what is done, with %i workers', async (workers) => {
    const seen: Progress[] = [];
    await runReplications({
      module: WALK,
      argument,
      replications: 5,
      workers,
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.map(({ done, wanted }) => [done, wanted])).toEqual([1, 2, 3, 4, 5].map((done) => [done, 5]));
    expect(seen.at(-1)?.secondsLeft).toBe(0);
  });

  it.each([1, 2])('names the first replication that fails, with %i workers', async (workers) => {
    const failure = faulty({ at: [9, 4, 5], kind: 'throws' }, workers);
    await expect(failure).rejects.toThrow(ReplicationError);
    await expect(failure).rejects.toMatchObject({
      code: 'REPLICATION_FAILED',
      replication: 4,
      message: 'Replication 4 failed: no luck with 4',
    });
  });

  it.each([1, 2])('refuses an argument that no thread can be sent, with %i workers', async (workers) => {
    const unsendable = { steps: () => 3 };
    await expect(
      runReplications({ module: WALK, argument: unsendable, replications: 3, workers }),
    ).rejects.toThrow(/could not be cloned/);
  });

  it('says when a worker dies', async () => {
    await expect(faulty({ at: [3], kind: 'exits' }, 2)).rejects.toThrow(
      'Replication 3 failed: worker exited with code: 3',
    );
  });

  it.each([1, 2])('refuses a result that no thread can send, with %i workers', async (workers) => {
    await expect(faulty({ at: [2], kind: 'gives a function' }, workers)).rejects.toThrow(
      /^Replication 2 failed: .*could not be cloned/,
    );
  });

  it.each([1, 2])('refuses a module without replications, with %i workers', async (workers) => {
    const module = new URL('./rule.ts', import.meta.url);
    await expect(runReplications({ module, argument, replications: 3, workers })).rejects.toThrow(
      /rule\.ts exports no function "replicate"/,
    );
  });

  it('ends threads that are busy when it is aborted', async () => {
    const abort = new AbortController();
    const hanging = twoWords();
    const fault: Fault = { at: [1, 2, 3, 4], kind: 'hangs', hanging };
    const running = expect(faulty(fault, 2, abort.signal)).rejects.toMatchObject({
      name: 'AbortError',
      code: 'ABORT_ERR',
    });
    await expect.poll(() => Atomics.load(hanging, 1)).toBe(2);
    abort.abort();
    await running;
    // How many threads there still are to be woken.
    expect(Atomics.notify(hanging, 0)).toBe(0);
  });

  it('is aborted between two replications of the calling thread, and before the first', async () => {
    const abort = new AbortController();
    let done = 0;
    const running = runReplications({
      module: WALK,
      argument,
      replications: 1000,
      workers: 1,
      signal: abort.signal,
      onProgress: (progress) => {
        done = progress.done;
        setImmediate(() => abort.abort());
      },
    });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(done).toBeLessThan(10);
    await expect(faulty({ at: [], kind: 'throws' }, 2, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it.each([
    { replications: 0, workers: 1 },
    { replications: 2.5, workers: 1 },
    { replications: 3, workers: 0 },
  ])('refuses $replications replications by $workers workers', async (counts) => {
    await expect(runReplications({ module: WALK, argument, ...counts })).rejects.toThrow(RangeError);
  });
});
