import { type Logger, type StoreAddress, StoreError } from '@riwayat/collector';
import { type RecordOptions, recordRun } from '../recording/record-run.ts';
import { type Terminal, UsageError } from './terminal.ts';

/** Where the application keeps its embedded ClickHouse. */
const DEFAULT_STORE = 'data/clickhouse';
const SERVER = /^https?:\/\//;

/** A run cannot be recorded; the message says why. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

/**
 * Records a run and says under which id.
 *
 * @param store as the command line has it: a URL, a directory, or nothing
 * @throws {UsageError} when the URL is none; {RecordingError} when the store does not take it
 */
export async function recordTo(
  store: string | true,
  run: Omit<RecordOptions, 'address' | 'logger'>,
  terminal: Terminal,
): Promise<void> {
  const address = addressOf(store === true ? DEFAULT_STORE : store);
  try {
    const { runId, isNew, requests, samples } = await recordRun({ ...run, address, logger: quiet(terminal) });
    terminal.error(
      isNew
        ? `recorded as run ${runId}: ${requests} requests, ${samples} samples\n`
        : `run ${runId} was recorded before\n`,
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RecordingError(
      error instanceof StoreError ? reason : `ClickHouse did not take the run: ${reason}`,
      {
        cause: error,
      },
    );
  }
}

function addressOf(store: string): StoreAddress {
  if (!SERVER.test(store)) {
    return { kind: 'embedded', path: store };
  }
  if (!URL.canParse(store)) {
    throw new UsageError(`"${store}" is no URL. Write it like http://user:password@host:8123.`);
  }
  return { kind: 'server', url: store };
}

/** What goes wrong is told; what goes well is not. */
function quiet(terminal: Terminal): Logger {
  const tell = (_fields: object, message: string): void => terminal.error(`${message}\n`);
  const silent = (): void => undefined;
  return { debug: silent, info: silent, warn: tell, error: tell };
}
