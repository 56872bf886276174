import { once } from 'node:events';
import { SpoolError, StoreError } from '@riwayat/collector';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.ts';
import { type Config, ConfigError, parseConfig } from './config.ts';
import { DASHBOARD_DIRECTORY } from './dashboard/dashboard.ts';
import { type Demo, playDemo, prepareDemo } from './demo/demo.ts';
import { DEMO_TENANT } from './demo/people.ts';
import { DemoPlanError } from './demo/plan.ts';
import { assertCanListen, ListenError } from './listening.ts';
import { DatabaseUnavailableError } from './postgres/availability.ts';
import { EmbeddedPostgresError } from './postgres/embedded.ts';
import { MigrationError } from './postgres/migrate.ts';
import { DataDirectoryError, openServices, type Services } from './services.ts';

/** What a person can do something about: told in a line, without a stack. */
const EXPECTED = [
  ConfigError,
  DataDirectoryError,
  DatabaseUnavailableError,
  DemoPlanError,
  EmbeddedPostgresError,
  ListenError,
  MigrationError,
  SpoolError,
  StoreError,
];
/** A stop that takes longer is given up; what the spool holds is sent at the next start. */
const STOP_TIMEOUT_MS = 20_000;
const SAME_CTRL_C_MS = 1_000;
const EXIT_INTERRUPTED = 130;

interface Running {
  readonly app: FastifyInstance;
  readonly services: Services;
  readonly url: string;
  /** Undefined without a demo. */
  readonly demo: Demo | undefined;
}

async function start(config: Config): Promise<Running> {
  await assertCanListen(config.host, config.port);
  const services = await openServices(config, (line) => console.log(line));
  try {
    const demo = config.demo ? await prepareDemo(config, services, (line) => console.log(line)) : undefined;
    const app = await buildApp({ config, services, dashboardDirectory: DASHBOARD_DIRECTORY });
    const url = await app.listen({ host: config.host, port: config.port });
    return { app, services, url, demo };
  } catch (error) {
    await services.close();
    throw error;
  }
}

function welcome({ url, demo }: Running, config: Config): string {
  const lines = [
    '',
    'Riwayat is ready.',
    '',
    `  Dashboard  ${config.publicUrl ?? url}`,
    `  API        ${url}/api-docs`,
  ];
  if (demo !== undefined && demo.logins.length > 0) {
    lines.push('', '  Log-ins, shown this once and kept nowhere:', '');
    lines.push(
      ...demo.logins.map(
        ({ role, email, password }) => `    ${role.padEnd(14)} ${email.padEnd(34)} ${password}`,
      ),
    );
  } else if (demo !== undefined) {
    lines.push('', `  Log-ins were shown at the first start. To begin anew, delete ${config.dataDirectory}.`);
  }
  return [...lines, '', 'Press Ctrl-C to stop.'].join('\n');
}

async function run(): Promise<void> {
  const environment = parseConfig();
  const config = environment.demo
    ? { ...environment, defaultTenant: environment.defaultTenant ?? DEMO_TENANT }
    : environment;
  const stopping = stopOnSignal();
  const running = await start(config);
  if (!stopping.aborted) {
    console.log(welcome(running, config));
  }
  const { app, services, demo, url } = running;
  const playing =
    demo &&
    playDemo({
      plan: demo.plan,
      target: url,
      rate: config.demoRate,
      logger: services.logger.child({ part: 'demo' }),
      signal: stopping,
    });
  await aborted(stopping);
  await playing;
  await app.close();
  await services.close();
}

/**
 * Aborts on the first signal to stop. Another one, a second later or more, ends the process at once: sooner it is
 * the same Ctrl-C, which a terminal sends to this process and npm passes on once more.
 */
function stopOnSignal(): AbortSignal {
  const stopping = new AbortController();
  let firstAt = 0;
  const stop = (): void => {
    if (stopping.signal.aborted) {
      if (Date.now() - firstAt >= SAME_CTRL_C_MS) {
        process.exit(EXIT_INTERRUPTED);
      }
      return;
    }
    firstAt = Date.now();
    console.log('\nStopping: answering the last requests, storing what was recorded…');
    setTimeout(() => {
      console.error('Gave up waiting. Nothing recorded is lost: the next start stores what is left.');
      process.exit(1);
    }, STOP_TIMEOUT_MS).unref();
    stopping.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, stop);
  }
  return stopping.signal;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await once(signal, 'abort');
  }
}

function explain(error: unknown): string {
  if (EXPECTED.some((kind) => error instanceof kind) && error instanceof Error) {
    return error.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

run().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(explain(error));
    process.exit(1);
  },
);
