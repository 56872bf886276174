// `npm run collector`: the ingest server alone, and the upkeep of what it has stored.
import { type Difference, SpoolError, StoreError, type TimeRange, tenantScope } from '@riwayat/collector';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type Config, collectorConfig } from '../config.ts';
import { explain } from '../explain.ts';
import { assertCanListen } from '../listening.ts';
import { openServices, type Services } from '../services.ts';
import { aborted, stopOnSignal } from '../stopping.ts';
import { buildCollectorServer } from './collector-server.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const DEFAULT_SPAN_MS = 24 * 3_600_000;
const LISTENING = { variable: 'INGEST_PORT', command: 'npm run collector' };

/** The books do not balance, or cannot be balanced as asked; the message says what to do. */
class UpkeepError extends Error {
  override readonly name = 'UpkeepError';
}

function program(): Command {
  const command = new Command('collector')
    .description(
      'Take records of other applications over HTTP, and keep the books of what is stored.\n' +
        'Uses CLICKHOUSE_URL and DATABASE_URL, else the embedded ClickHouse and Postgres in DATA_DIR.',
    )
    .exitOverride();
  command
    .command('serve', { isDefault: true })
    .description(
      'Take records (default). Listens on HOST and INGEST_PORT: POST /v1/requests, /v1/events, /v1/traces',
    )
    .action(() => serve(collectorConfig()));
  command
    .command('reconcile')
    .description(
      'Hold what was taken in against what is stored, and the rollups against raw rows; ends with 1 when they differ',
    )
    .option('--from <time>', 'from when, such as 2026-03-01 (default: a day ago)', instant)
    .option('--to <time>', 'until when (default: now)', instant)
    .action((span: Partial<TimeRange>) => reconcile(collectorConfig(), rangeOf(span)));
  command
    .command('repair-rollups')
    .description('Make both rollups of a span anew from raw rows; safe while records come in')
    .requiredOption('--from <time>', 'from when, such as 2026-03-01', instant)
    .requiredOption('--to <time>', 'until when', instant)
    .option('--tenant <id>', 'of one tenant alone (default: all)')
    .action((options: TimeRange & { readonly tenant?: string }) =>
      repairRollups(collectorConfig(), rangeOf(options), options.tenant),
    );
  return command;
}

async function reconcile(config: Config, range: TimeRange): Promise<void> {
  await withServices(config, async ({ collector }) => {
    const { from, to, differences } = await collector.reconcile(range);
    tell(differences);
    if (differences.length > 0) {
      throw new UpkeepError(
        `${differences.length} counts differ. Rollups: npm run collector -- repair-rollups`,
      );
    }
    console.log(`Everything adds up from ${from.toISOString()} to ${to.toISOString()}.`);
  });
}

async function repairRollups(config: Config, range: TimeRange, tenant: string | undefined): Promise<void> {
  await withServices(config, async ({ collector }) => {
    const scope = tenant === undefined ? undefined : tenantScope(tenant);
    const { days, differences } = await collector.repairRollups(range, scope);
    tell(differences);
    if (differences.length > 0) {
      throw new UpkeepError(
        'Another process goes on storing into these days. Run this again when it is quieter.',
      );
    }
    console.log(`The rollups of ${days} days are made anew, and add up.`);
  });
}

function tell(differences: readonly Difference[]): void {
  for (const { of, tenantId, lane, at, rows } of differences) {
    console.log([of, tenantId, lane, at, `${rows} rows`].filter((part) => part !== undefined).join('  '));
  }
}

function instant(text: string): Date {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('It must be a time, such as 2026-03-01 or 2026-03-01T12:00:00+07:00.');
  }
  return time;
}

function rangeOf({ from, to = new Date() }: Partial<TimeRange>): TimeRange {
  const range = { from: from ?? new Date(to.getTime() - DEFAULT_SPAN_MS), to };
  if (range.from >= range.to) {
    throw new UpkeepError('--from must be before --to.');
  }
  return range;
}

async function serve(config: Config): Promise<void> {
  const stopping = stopOnSignal((line) => console.log(line));
  const { host, ingestPort: port } = config;
  await assertCanListen(host, port, LISTENING);
  await withServices(config, async (services) => {
    const server = await buildCollectorServer(config, services);
    const url = await server.listen({ host, port });
    if (!stopping.aborted) {
      console.log(
        `\nThe collector is ready.\n\n  Ingest  ${url}\n  Takes   POST /v1/requests, /v1/events, /v1/traces\n\nPress Ctrl-C to stop.`,
      );
    }
    await aborted(stopping);
    await server.close();
  });
}

/** Opens both stores for as long as the work takes. */
async function withServices(config: Config, work: (services: Services) => Promise<void>): Promise<void> {
  const services = await openServices(config, (line) => console.log(line));
  try {
    await work(services);
  } finally {
    await services.close();
  }
}

function told(error: unknown): string {
  if (error instanceof UpkeepError) {
    return error.message;
  }
  const inUse =
    (error instanceof StoreError && error.code === 'store-in-use') ||
    (error instanceof SpoolError && error.code === 'spool-in-use');
  return inUse
    ? `${explain(error)}\nA running "npm start" takes records itself, on its own port; send them there. To run both, ` +
        'give each a DATA_DIR of its own, with CLICKHOUSE_URL and DATABASE_URL for what they share.'
    : explain(error);
}

program()
  .parseAsync()
  .then(
    () => process.exit(0),
    (error: unknown) => {
      if (error instanceof CommanderError) {
        process.exit(error.exitCode === 0 ? 0 : EXIT_USAGE);
      }
      console.error(told(error));
      process.exit(EXIT_FAILED);
    },
  );
