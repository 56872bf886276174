import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Collector, openCollector, type StoreAddress, startResourceSampler } from '@riwayat/collector';
import { type Logger, pino } from 'pino';
import { type Evaluator, startEvaluator } from './alerts/evaluator/evaluator.ts';
import { giveDefaults } from './alerts/rules/defaults.ts';
import { signalReaders } from './alerts/signals/readers.ts';
import { AlertTeller, TELLING_INTERVAL_MS } from './alerts/telling/teller.ts';
import { DAILY_JOBS, jobHandlers } from './background.ts';
import type { ScreenMetering } from './billing/metering.ts';
import { Prices } from './billing/prices.ts';
import { Pricing } from './billing/pricing.ts';
import { type Channels, openChannels } from './channels/channels.ts';
import { type Config, pseudonymKey, sessionSecret } from './config.ts';
import type { Coordination } from './coordination/coordination.ts';
import { JsonCache } from './coordination/json-cache.ts';
import { localCoordination } from './coordination/local.ts';
import { redisCoordination } from './coordination/redis.ts';
import { documentFrame } from './documents/frame.ts';
import { DiskFileStore } from './files/disk-store.ts';
import { DownloadLinks } from './files/download-link.ts';
import type { FileStore } from './files/file-store.ts';
import { S3FileStore } from './files/s3-store.ts';
import { People } from './identity/people.ts';
import { Receivables } from './invoices/receivables.ts';
import { type Jobs, startJobs } from './jobs/jobs.ts';
import { repeating } from './jobs/repeating.ts';
import { ApiKeys } from './keys/api-keys.ts';
import { Keyring } from './keys/keyring.ts';
import { LiveMonthCosts } from './live/live-costs.ts';
import { METER_TYPES } from './metering/event-meters.ts';
import { StoredMetering } from './metering/metering.ts';
import { type Arrivals, openArrivals } from './notifications/live/arrivals.ts';
import { createMailer } from './notifications/mailer.ts';
import { Gateway } from './payments/provider/gateway.ts';
import type { PaymentProvider } from './payments/provider/provider.ts';
import { type Database, openDatabase } from './postgres/database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './postgres/embedded.ts';
import { TenantPolicies } from './privacy/policies.ts';
import { reportsFrom } from './reports/reports-from.ts';
import { TenantDirectory } from './tenants/directory.ts';
import { UsageReads } from './usage/reads.ts';

/** What the application stands on: its two databases and the collector between them. */
export interface Services {
  readonly logger: Logger;
  readonly database: Database;
  readonly collector: Collector;
  readonly coordination: Coordination;
  /** What public pages and lists are answered from. */
  readonly jsonCache: JsonCache;
  readonly people: People;
  readonly tenants: TenantDirectory;
  readonly keys: ApiKeys;
  readonly keyring: Keyring;
  readonly receivables: Receivables;
  readonly policies: TenantPolicies;
  readonly prices: Prices;
  readonly pricing: Pricing;
  readonly metering: ScreenMetering;
  /** Who looked at usage. */
  readonly usageReads: UsageReads;
  readonly files: FileStore;
  /** Undefined when nobody takes money for us. */
  readonly paymentProvider: PaymentProvider | undefined;
  /** By what people are told, beside mail. */
  readonly channels: Channels;
  readonly jobs: Jobs;
  readonly alertTeller: AlertTeller;
  /** Undefined in a process that evaluates no alerts. */
  readonly evaluator: Evaluator | undefined;
  /** Whom something was just told. */
  readonly arrivals: Arrivals;
  /** Stores what is still in the spool, then ends everything that {@link openServices} started. */
  close(): Promise<void>;
}

/** The data directory cannot be used; the message says what to do. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}

/**
 * Opens ClickHouse, Postgres and the collector: embedded in the data directory, or at the configured addresses.
 * What was opened is closed again when a later part fails.
 *
 * @param config the process's configuration
 * @param progress told one line before each slow part
 * @throws {DataDirectoryError} when the data directory cannot be written
 */
export async function openServices(config: Config, progress: (line: string) => void): Promise<Services> {
  prepareDataDirectory(config.dataDirectory);
  const logger = pino({ level: config.logLevel });
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) {
      await closer();
    }
  };
  try {
    // The embedded store's lock is what keeps two processes from one data directory, so it comes first.
    progress(
      config.clickhouseUrl === undefined ? 'Opening the embedded ClickHouse…' : 'Reaching ClickHouse…',
    );
    // The policies are in Postgres, which comes later; nothing is recorded before they are read.
    const policies = new TenantPolicies(logger.child({ part: 'privacy' }));
    const collector = await openCollector({
      store: storeAddress(config),
      spoolDirectory: join(config.dataDirectory, 'spool'),
      instance: config.instance,
      logger: logger.child({ part: 'collector' }),
      ...(config.spoolBytes !== undefined && { quota: { totalBytes: config.spoolBytes } }),
      privacy: {
        policyOf: policies.of,
        pseudonymKey: pseudonymKey(config),
        lasting: METER_TYPES.levels,
      },
    });
    closers.push(() => collector.close());

    progress(config.databaseUrl === undefined ? 'Starting the embedded Postgres…' : 'Reaching Postgres…');
    const url = config.databaseUrl ?? (await embedded(config, logger, closers)).url;
    const database = await openDatabase({ url, logger: logger.child({ part: 'database' }) });
    closers.push(() => database.close());
    await database.db.transaction().execute((transaction) => giveDefaults(transaction));
    await policies.open(database);
    closers.push(() => policies.close());
    const coordination = await openCoordination(config, logger.child({ part: 'coordination' }));
    closers.push(() => coordination.close());
    const { provider } = config.payments;
    const paymentProvider = provider && new Gateway(provider);
    const files = await openFileStore(config);
    closers.push(() => files.close());
    const keyring = new Keyring(database, logger.child({ part: 'keys' }));
    const receivables = new Receivables(database, keyring);
    const prices = new Prices(database);
    const pricing = new Pricing(database, prices);
    const metering = new StoredMetering(collector.metering);
    collector.live.priceBy(new LiveMonthCosts(metering, pricing));
    const channels = openChannels({ database, config, secret: sessionSecret(config) });
    const tenants = new TenantDirectory(database);
    const jobs = startJobs({
      database,
      url,
      handlers: jobHandlers({
        database,
        collector,
        mailer: config.mail && createMailer(config.mail),
        carriers: channels.carriers,
        limits: coordination.limits,
        documents: documentFrame(config),
        files,
        metering,
        prices,
        pricing,
        receivables,
        reports: reportsFrom({
          database,
          collector,
          metering,
          prices,
          pricing,
          tenants,
          now: () => new Date(),
        }),
        tenants,
        publicUrl: publicUrlOf(config),
        paymentProvider,
      }),
      schedules: DAILY_JOBS,
      logger: logger.child({ part: 'jobs' }),
      work: config.jobs,
    });
    closers.push(() => jobs.stop());
    const arrivals = openArrivals({ url, logger: logger.child({ part: 'notifications' }) });
    closers.push(() => arrivals.close());
    const alertTeller = new AlertTeller(publicUrlOf(config));
    if (config.jobs) {
      const tellDue = async (): Promise<void> => void (await alertTeller.tellDue(database, new Date()));
      closers.push(repeating(TELLING_INTERVAL_MS, tellDue, logger.child({ part: 'telling of alerts' })));
    }
    const stopSampling = startResourceSampler({
      collector,
      instance: config.instance,
      directory: config.dataDirectory,
      logger: logger.child({ part: 'resources' }),
      gauges: {
        databaseConnections: () => database.connections().open,
        databaseWaiting: () => database.connections().waiting,
        databaseBusy: () => database.connections().busy,
        databasePool: () => database.connections().most,
        queueDepth: () => jobs.queue().jobs.waiting,
      },
    });
    closers.push(async () => stopSampling());
    const usageReads = new UsageReads({ database, logger: logger.child({ part: 'usage reads' }) });
    closers.push(() => usageReads.close());
    const evaluator =
      config.alerts &&
      startEvaluator({
        db: database.db,
        readers: signalReaders({
          collector,
          database,
          prices,
          pricing,
          metering,
          tenants,
          instance: config.instance,
          publicUrl: config.publicUrl,
          logger: logger.child({ part: 'alerts' }),
          now: () => new Date(),
        }),
        telling: alertTeller,
        instance: config.instance,
        logger: logger.child({ part: 'alerts' }),
        heartbeatUrl: config.alerts.heartbeatUrl,
      });
    closers.push(async () => evaluator?.stop());
    return {
      logger,
      database,
      collector,
      coordination,
      jsonCache: new JsonCache(config.pageCache ? coordination.cache : undefined),
      people: new People(database),
      tenants,
      keys: new ApiKeys(database),
      keyring,
      receivables,
      policies,
      prices,
      pricing,
      metering,
      usageReads,
      files,
      paymentProvider,
      channels,
      jobs,
      alertTeller,
      evaluator,
      arrivals,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function storeAddress({
  clickhouseUrl: url,
  clickhouseCluster: cluster,
  dataDirectory,
}: Config): StoreAddress {
  return url === undefined
    ? { kind: 'embedded', path: join(dataDirectory, 'clickhouse') }
    : { kind: 'server', url, ...(cluster !== undefined && { cluster }) };
}

async function openCoordination({ redisUrl }: Config, logger: Logger): Promise<Coordination> {
  return redisUrl === undefined ? localCoordination({ logger }) : redisCoordination(redisUrl, logger);
}

/** In the bucket when there is one, else on disk. */
async function openFileStore(config: Config): Promise<FileStore> {
  return config.s3 === undefined
    ? DiskFileStore.open({ directory: join(config.dataDirectory, 'files'), links: downloadLinks(config) })
    : new S3FileStore(config.s3);
}

/** Where people reach the application; on this machine alone, when nothing else is said. */
export function publicUrlOf({ publicUrl, port }: Pick<Config, 'publicUrl' | 'port'>): string {
  return publicUrl ?? `http://localhost:${port}`;
}

/** The links to files that are kept on disk. */
export function downloadLinks(config: Config): DownloadLinks {
  return new DownloadLinks({ secret: sessionSecret(config), publicUrl: config.publicUrl });
}

async function embedded(
  config: Config,
  logger: Logger,
  closers: (() => Promise<void>)[],
): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({
    dataDirectory: join(config.dataDirectory, 'postgres'),
    logger: logger.child({ part: 'postgres' }),
  });
  closers.push(() => postgres.stop());
  return postgres;
}

function prepareDataDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DataDirectoryError(
      `The data directory ${path} cannot be written (${error instanceof Error && 'code' in error ? error.code : error}). ` +
        'Give this user the right to it, or choose another: DATA_DIR=/some/where npm start',
      { cause: error },
    );
  }
}
