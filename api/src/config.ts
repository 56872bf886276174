import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import {
  CHANNEL_VARIABLES,
  type ChannelsConfig,
  channelContradictions,
  channelDangers,
  channelsConfig,
} from './channels/config.ts';
import type { Seller } from './documents/invoice-document.ts';
import { SELLER_VARIABLES, sellerOf } from './documents/seller.ts';
import type { S3Options } from './files/s3-store.ts';
import type { RateLimits } from './hardening/rate-limits.ts';
import type { PressureLimits } from './hardening/shedding.ts';
import {
  PAYMENT_VARIABLES,
  type PaymentMeansConfig,
  paymentContradictions,
  paymentDangers,
  paymentMeans,
} from './payments/means.ts';

const IPV6 = 6;
const IPV4_BITS = 32;
const IPV6_BITS = 128;
const SECRET_BYTES = 48;
const MINIMUM_SECRET_CHARACTERS = 32;
/** Some segments of the largest size: less could not even be sent steadily. */
const SMALLEST_SPOOL_BYTES = 64 * 1024 * 1024;
/** Where OpenTelemetry's exporters send to by HTTP unless told otherwise. */
const DEFAULT_INGEST_PORT = 4318;

/** A second late is late for everybody who waits; timers of a healthy process are late by some milliseconds. */
const DEFAULT_DELAY_MS = 1_000;
const SHORTEST_DELAY_MS = 20;
/** A longer one would leave memory unwatched: it is looked at as often. */
const LONGEST_DELAY_MS = 60_000;
/** Of V8's limit: closer to it, it does little but collect garbage. */
const DEFAULT_HEAP_PERCENT = 90;
/** Of the memory the process may use: closer to it, the kernel ends it. */
const DEFAULT_MEMORY_PERCENT = 92;
/** At the usual few milliseconds a query, ten connections work off so many in some 200 ms. */
const DEFAULT_DATABASE_WAITING = 500;
const PERCENT = 100;

/** Requests a minute: beyond what people do, below what hurts. */
const DEFAULT_RATES: RateLimits = { credentials: 60, writes: 120, reads: 1_200, anonymousReads: 6_000 };
const MOST_RATE = 1_000_000;

const rate = z.coerce.number().int().min(1).max(MOST_RATE);
const percentage = z.coerce.number().min(1).max(PERCENT);
/** Services that are not Amazon's have no regions, and take the name of its first one. */
const REGION_OF_ENDPOINTS = 'us-east-1';

const onOff = z.enum(['on', 'off']).transform((value) => value === 'on');
const slug = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])$/,
    'must be 2 to 63 of a-z, 0-9 and "-", not starting or ending with "-"',
  );

const PROXY_NAMES = ['loopback', 'linklocal', 'uniquelocal'];
const proxies = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine(
    (parts) => parts.every((part) => PROXY_NAMES.includes(part) || isNetwork(part)),
    `must be addresses or networks (10.0.0.0/8), or ${PROXY_NAMES.join(', ')}, with commas between`,
  );

const environment = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().min(1).default('127.0.0.1'),
  TRUST_PROXY: proxies.optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATA_DIR: z.string().min(1).default('./data'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('warn'),
  INSTANCE: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, ".", "_" or "-"')
    .optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/ }).optional(),
  CLICKHOUSE_CLUSTER: z
    .string()
    .regex(/^\w{1,64}$/, 'must be the name of a cluster: 1 to 64 letters, digits or "_"')
    .optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket')
    .optional(),
  S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'must be the name of a region, such as ap-southeast-1')
    .optional(),
  S3_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  PAGE_CACHE: onOff.default(true),
  SPOOL_BYTES: z.coerce.number().int().min(SMALLEST_SPOOL_BYTES).optional(),
  SESSION_SECRET: z.string().min(MINIMUM_SECRET_CHARACTERS).optional(),
  PSEUDONYM_KEY: z.string().min(MINIMUM_SECRET_CHARACTERS).optional(),
  INGEST: onOff.default(true),
  INGEST_PORT: z.coerce.number().int().min(0).max(65_535).default(DEFAULT_INGEST_PORT),
  DEFAULT_TENANT: slug.optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z
    .string()
    .regex(/^[^@\r\n]*[^@\s<>]+@[\w.-]+>?$/, 'must be an address, or "Name <address>"')
    .optional(),
  ...SELLER_VARIABLES,
  ...PAYMENT_VARIABLES,
  ...CHANNEL_VARIABLES,
  JOBS: onOff.default(true),
  ALERTS: onOff.default(true),
  ALERTS_HEARTBEAT_URL: z.url({ protocol: /^https?$/ }).optional(),
  METRICS_TOKEN: z.string().min(16).optional(),
  RATE_LIMITS: onOff.default(true),
  RATE_LIMIT_CREDENTIALS: rate.default(DEFAULT_RATES.credentials),
  RATE_LIMIT_WRITES: rate.default(DEFAULT_RATES.writes),
  RATE_LIMIT_READS: rate.default(DEFAULT_RATES.reads),
  RATE_LIMIT_ANONYMOUS_READS: rate.default(DEFAULT_RATES.anonymousReads),
  SHED_EVENT_LOOP_MS: z.coerce
    .number()
    .int()
    .min(SHORTEST_DELAY_MS)
    .max(LONGEST_DELAY_MS)
    .default(DEFAULT_DELAY_MS),
  SHED_HEAP_PERCENT: percentage.default(DEFAULT_HEAP_PERCENT),
  SHED_MEMORY_PERCENT: percentage.default(DEFAULT_MEMORY_PERCENT),
  SHED_DATABASE_WAITING: z.coerce.number().int().min(1).default(DEFAULT_DATABASE_WAITING),
  DEMO: onOff.optional(),
  DEMO_RATE: z.coerce.number().positive().max(50).default(1),
});

/** Everything the API process can be told from outside, checked. */
export interface Config {
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  /** Proxies whose X-Forwarded-For is believed: addresses, networks, or names of kinds of them. None: nobody's. */
  readonly trustedProxies: readonly string[];
  /** Where people reach the dashboard; decides whether cookies are marked Secure. */
  readonly publicUrl: string | undefined;
  readonly secureCookies: boolean;
  readonly dataDirectory: string;
  readonly logLevel: string;
  readonly instance: string;
  /** Absent: an embedded Postgres in the data directory. */
  readonly databaseUrl: string | undefined;
  /** Absent: an embedded ClickHouse in the data directory. */
  readonly clickhouseUrl: string | undefined;
  /** Name of the ClickHouse cluster to replicate and distribute over; absent: one node. */
  readonly clickhouseCluster: string | undefined;
  /** Where replicas share cache, messages and limits; absent: there is one process. */
  readonly redisUrl: string | undefined;
  /** The bucket that uploaded files are kept in; absent: they are kept in the data directory. */
  readonly s3: S3Options | undefined;
  /** Whether public pages and lists are kept in the cache. */
  readonly pageCache: boolean;
  /** How much may wait to be stored; absent: the collector's own default. */
  readonly spoolBytes: number | undefined;
  /** Signs access tokens. Absent: made once and kept in the data directory. */
  readonly sessionSecret: string | undefined;
  /** Turns people's ids into pseudonyms. Absent: made once and kept in the data directory. */
  readonly pseudonymKey: string | undefined;
  /** Whether the API takes records of other applications. */
  readonly ingest: boolean;
  /** Where the ingest server listens when it runs alone. */
  readonly ingestPort: number;
  /** The tenant of public requests that name none. */
  readonly defaultTenant: string | undefined;
  /** Where mails are sent through, and from whom they are. Absent: they are kept in the outbox. */
  readonly mail: { readonly url: string; readonly from: string } | undefined;
  /** Who sends the tenants their invoices. */
  readonly seller: Seller;
  /** How tenants pay their invoices. */
  readonly payments: PaymentMeansConfig;
  /** By what people are told, beside mail. */
  readonly channels: ChannelsConfig;
  /** Whether this process does background jobs. */
  readonly jobs: boolean;
  /** Absent: this process evaluates no alerts. `heartbeatUrl` is asked each minute while it does. */
  readonly alerts: { readonly heartbeatUrl: string | undefined } | undefined;
  /** When set, `/metrics` asks for it as a bearer token. */
  readonly metricsToken: string | undefined;
  /** How often somebody may ask; absent: as often as they like, for tests of load. */
  readonly rateLimits: RateLimits | undefined;
  /** From where on requests are turned away. */
  readonly pressure: PressureLimits;
  readonly demo: boolean;
  /** Requests a second that the demo plays, on average. */
  readonly demoRate: number;
}

/** The environment is not usable; `message` has one line for each problem. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** What a process is for: one that nobody logs in to signs no access tokens. */
export type Purpose = 'application' | 'collector';

/**
 * The configuration of the ingest server alone, from this process's environment.
 *
 * @throws {ConfigError} as {@link parseConfig}
 */
export function collectorConfig(): Config {
  return parseConfig(process.env, 'collector');
}

/**
 * Reads the process's whole configuration from environment variables.
 *
 * @param purpose decides what must be there in production
 * @throws {ConfigError} that names every wrong or missing variable at once.
 */
export function parseConfig(env: NodeJS.ProcessEnv = process.env, purpose: Purpose = 'application'): Config {
  const parsed = environment.safeParse(withoutEmpty(env));
  const problems = parsed.success
    ? [...contradictions(parsed.data), ...missingInProduction(parsed.data, purpose)]
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (!parsed.success || problems.length > 0) {
    throw new ConfigError(
      `The configuration is not usable:\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  }
  const values = parsed.data;
  const production = values.NODE_ENV === 'production';
  return {
    production,
    host: values.HOST,
    port: values.PORT,
    trustedProxies: values.TRUST_PROXY ?? [],
    publicUrl: values.PUBLIC_URL,
    secureCookies: values.PUBLIC_URL?.startsWith('https:') ?? production,
    dataDirectory: resolve(values.DATA_DIR),
    logLevel: values.LOG_LEVEL,
    instance: values.INSTANCE ?? hostname(),
    databaseUrl: values.DATABASE_URL,
    clickhouseUrl: values.CLICKHOUSE_URL,
    clickhouseCluster: values.CLICKHOUSE_CLUSTER,
    redisUrl: values.REDIS_URL,
    s3: s3Options(values),
    pageCache: values.PAGE_CACHE,
    spoolBytes: values.SPOOL_BYTES,
    sessionSecret: values.SESSION_SECRET,
    pseudonymKey: values.PSEUDONYM_KEY,
    ingest: values.INGEST,
    ingestPort: values.INGEST_PORT,
    defaultTenant: values.DEFAULT_TENANT,
    mail:
      values.SMTP_URL !== undefined && values.MAIL_FROM !== undefined
        ? { url: values.SMTP_URL, from: values.MAIL_FROM }
        : undefined,
    seller: sellerOf(values),
    payments: paymentMeans(values),
    channels: channelsConfig(values),
    jobs: values.JOBS && purpose === 'application',
    alerts:
      values.ALERTS && purpose === 'application' ? { heartbeatUrl: values.ALERTS_HEARTBEAT_URL } : undefined,
    metricsToken: values.METRICS_TOKEN,
    rateLimits: values.RATE_LIMITS
      ? {
          credentials: values.RATE_LIMIT_CREDENTIALS,
          writes: values.RATE_LIMIT_WRITES,
          reads: values.RATE_LIMIT_READS,
          anonymousReads: values.RATE_LIMIT_ANONYMOUS_READS,
        }
      : undefined,
    pressure: {
      eventLoopDelayMs: values.SHED_EVENT_LOOP_MS,
      heapShare: values.SHED_HEAP_PERCENT / PERCENT,
      memoryShare: values.SHED_MEMORY_PERCENT / PERCENT,
      databaseWaiting: values.SHED_DATABASE_WAITING,
    },
    demo: values.DEMO ?? (values.DATABASE_URL === undefined && !production),
    demoRate: values.DEMO_RATE,
  };
}

/**
 * The secret that signs access tokens: the configured one, else a random one made on the first start and
 * kept in the data directory, readable by its owner alone.
 */
export function sessionSecret(config: Pick<Config, 'sessionSecret' | 'dataDirectory'>): string {
  return config.sessionSecret ?? keptSecret(config.dataDirectory, 'session-secret');
}

/**
 * The key of the hash that turns people's ids into pseudonyms: the configured one, else one made on the first start
 * and kept in the data directory, beside the embedded store whose rows it belongs to. With another key the same
 * person is somebody else.
 */
export function pseudonymKey(config: Pick<Config, 'pseudonymKey' | 'dataDirectory'>): Buffer {
  return Buffer.from(config.pseudonymKey ?? keptSecret(config.dataDirectory, 'pseudonym-key'), 'utf8');
}

function keptSecret(directory: string, name: string): string {
  const path = join(directory, name);
  mkdirSync(directory, { recursive: true });
  try {
    writeFileSync(path, randomBytes(SECRET_BYTES).toString('base64url'), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw error;
    }
  }
  return readFileSync(path, 'utf8');
}

/** An empty variable (`PORT=`) means the same as an absent one. */
function withoutEmpty(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function contradictions(values: z.infer<typeof environment>): string[] {
  return [
    ...(values.CLICKHOUSE_CLUSTER !== undefined && values.CLICKHOUSE_URL === undefined
      ? ['CLICKHOUSE_CLUSTER: needs CLICKHOUSE_URL; the embedded ClickHouse is one node']
      : []),
    ...s3Contradictions(values),
    ...paymentContradictions(values),
    ...channelContradictions(values),
    ...(values.SMTP_URL !== undefined && values.MAIL_FROM === undefined
      ? ['MAIL_FROM: is required with SMTP_URL, such as "Riwayat <no-reply@example.com>"']
      : []),
  ];
}

function s3Options(values: z.infer<typeof environment>): S3Options | undefined {
  const { S3_BUCKET: bucket, S3_REGION: region, S3_ENDPOINT: endpoint } = values;
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = values;
  return bucket === undefined
    ? undefined
    : {
        bucket,
        region: region ?? REGION_OF_ENDPOINTS,
        endpoint,
        credentials:
          accessKeyId === undefined || secretAccessKey === undefined
            ? undefined
            : { accessKeyId, secretAccessKey },
      };
}

function s3Contradictions(values: z.infer<typeof environment>): string[] {
  const problems: string[] = [];
  const { S3_BUCKET, S3_REGION, S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = values;
  const others = { S3_REGION, S3_ENDPOINT, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY };
  if (S3_BUCKET === undefined) {
    const given = Object.entries(others).filter(([, value]) => value !== undefined);
    problems.push(...given.map(([name]) => `${name}: needs S3_BUCKET; without it, files are kept on disk`));
  } else if (S3_REGION === undefined && S3_ENDPOINT === undefined) {
    problems.push('S3_REGION: is required with S3_BUCKET, unless S3_ENDPOINT says where the bucket is');
  }
  if (S3_ACCESS_KEY_ID !== undefined && S3_SECRET_ACCESS_KEY === undefined) {
    problems.push('S3_SECRET_ACCESS_KEY: is required with S3_ACCESS_KEY_ID');
  }
  if (S3_SECRET_ACCESS_KEY !== undefined && S3_ACCESS_KEY_ID === undefined) {
    problems.push('S3_ACCESS_KEY_ID: is required with S3_SECRET_ACCESS_KEY');
  }
  return problems;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = isIP(address) === IPV6 ? IPV6_BITS : IPV4_BITS;
  return (
    isIP(address) !== 0 &&
    more.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  );
}

function missingInProduction(values: z.infer<typeof environment>, purpose: Purpose): string[] {
  if (values.NODE_ENV !== 'production') {
    return [];
  }
  const problems: string[] = [];
  if (values.SESSION_SECRET === undefined && purpose === 'application') {
    problems.push(
      `SESSION_SECRET: is required when NODE_ENV=production (at least ${MINIMUM_SECRET_CHARACTERS} characters; for example: openssl rand -base64 48)`,
    );
  }
  if (values.PSEUDONYM_KEY === undefined && values.CLICKHOUSE_URL !== undefined) {
    // Several processes may share that store, and each must make the same pseudonym of the same person.
    problems.push(
      `PSEUDONYM_KEY: is required when NODE_ENV=production and CLICKHOUSE_URL is set (at least ${MINIMUM_SECRET_CHARACTERS} characters, the same in every process)`,
    );
  }
  problems.push(...paymentDangers(values), ...channelDangers(values));
  if (values.DEMO === true) {
    problems.push('DEMO: cannot be "on" when NODE_ENV=production');
  }
  return problems;
}
