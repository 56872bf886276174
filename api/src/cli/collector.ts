// `npm run collector`: the ingest server alone, and the upkeep of what it has stored.
import { SpoolError, StoreError } from '@riwayat/collector';
import { Command, CommanderError } from 'commander';
import { type Config, parseConfig } from '../config.ts';
import { explain } from '../explain.ts';
import { assertCanListen } from '../listening.ts';
import { openServices, type Services } from '../services.ts';
import { aborted, stopOnSignal } from '../stopping.ts';
import { buildCollectorServer } from './collector-server.ts';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const LISTENING = { variable: 'INGEST_PORT', command: 'npm run collector' };

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
    .action(() => serve(parseConfig()));
  return command;
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
