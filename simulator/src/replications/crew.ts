import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { type Job, loadReplicate, perform } from './job.ts';

const FROM_SOURCE = import.meta.url.endsWith('.ts');
const WORKER = FROM_SOURCE
  ? new URL('./worker.ts', import.meta.url)
  : new URL('./worker.js', import.meta.url);

/** Who runs replications. */
export interface Crew<Result> {
  /** How many can be under way at once. */
  readonly size: number;
  run(replication: number): Promise<Result>;
  /** Ends what is under way. */
  end(): Promise<void>;
}

/** Worker threads, or the calling thread where one is enough. */
export function assemble<Argument, Result>(job: Job<Argument>, size: number): Crew<Result> {
  return size === 1 ? ownThread(job) : workerThreads(job, size);
}

function ownThread<Argument, Result>({ module, argument }: Job<Argument>): Crew<Result> {
  const received = structuredClone(argument);
  const loading = loadReplicate<Argument, Result>(module);
  return {
    size: 1,
    async run(replication) {
      const replicate = await loading;
      // Lets a signal, such as Ctrl-C, through between two replications.
      await turn();
      return perform(replicate, received, replication);
    },
    end: async () => undefined,
  };
}

function workerThreads<Argument, Result>(job: Job<Argument>, size: number): Crew<Result> {
  const pool = new Piscina<number, Result>({
    filename: fileURLToPath(WORKER),
    workerData: job,
    minThreads: size,
    maxThreads: size,
    ...(FROM_SOURCE && { execArgv: sourceArguments() }),
  });
  // A thread that fails between two replications is replaced; during one, that replication is told.
  pool.on('error', () => undefined);
  return {
    size,
    run: (replication) => pool.run(replication),
    end: () => pool.destroy(),
  };
}

/**
 * What Node needs to run TypeScript in a worker thread, where the loader that runs this file does not reach
 * (hooks are registered by thread).
 */
function sourceArguments(): string[] {
  const loader = `import { register } from '${import.meta.resolve('tsx/esm/api')}'; register();`;
  return ['--conditions=@riwayat/source', '--import', `data:text/javascript,${encodeURIComponent(loader)}`];
}
