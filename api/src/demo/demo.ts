import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Logger } from '@riwayat/collector';
import { playContinuation } from '@riwayat/simulator';
import { openContract } from '../billing/contracts.ts';
import type { Config } from '../config.ts';
import { newFileKey } from '../files/file-key.ts';
import type { FileStore, StoredFile } from '../files/file-store.ts';
import { Pages } from '../pages/pages.ts';
import { seedPages } from '../pages/seed.ts';
import type { Services } from '../services.ts';
import { PROOFS_FOLDER } from '../tutoring/payments.ts';
import { seedTutoring } from '../tutoring/seed.ts';
import { seedBookings } from '../tutoring/seed-bookings.ts';
import { monthStart } from './calendar.ts';
import { importHistory } from './history.ts';
import { tellPastMeters } from './meters.ts';
import {
  createPopulation,
  createStaff,
  DEMO_TENANT,
  DEMO_TIMEZONE,
  demoAccount,
  demoUserId,
  type Login,
  learners,
  mentors,
  paymentOfficer,
} from './people.ts';
import { type DemoPlan, readPlan, writePlan } from './plan.ts';

const SEED = 1;
const SECRET_BYTES = 32;
const ONE_DOT_PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const TENANT_NAME = 'Chill Ajar';
/** Has room for sixty people and their sessions of a month. */
const PLAN = 'professional';
/** Rupiah a month. */
const BUDGET = 2_000_000n;
/** At the start whoever is in the middle of a session logs in first: at most everybody, twice. */
const LOG_INS_AT_THE_START = 120;
/** At most: log-ins and log-outs together are 120 of 450 requests a day of the documented days 3 to 7. */
const LOG_INS_A_REQUEST = 0.3;
const SECONDS_PER_MINUTE = 60;

export interface Demo {
  readonly plan: DemoPlan;
  /** Log-ins made by this start: they are shown once and kept nowhere. */
  readonly logins: readonly Login[];
}

/**
 * How the server runs with a demo: visitors see its tenant unless told otherwise, and the people who are played leave room to
 * log in for whoever watches, though all of them come from one address.
 */
export function demoConfig(config: Config): Config {
  const { defaultTenant = DEMO_TENANT, rateLimits, demoRate } = config;
  const played = LOG_INS_AT_THE_START + Math.ceil(LOG_INS_A_REQUEST * demoRate * SECONDS_PER_MINUTE);
  return {
    ...config,
    defaultTenant,
    rateLimits: rateLimits && { ...rateLimits, credentials: rateLimits.credentials + played },
  };
}

/**
 * Makes the demo tenant on the first start: its people, its courses, and the documented month as its history. A
 * first start that was cut off is taken up where it was; later starts find everything there.
 *
 * @param progress told one line before each slow part
 * @throws {DemoPlanError} when the file that says what the demo consists of is damaged
 */
export async function prepareDemo(
  { dataDirectory }: Pick<Config, 'dataDirectory'>,
  { collector, database, files, jsonCache, people, tenants }: Services,
  progress: (line: string) => void,
): Promise<Demo> {
  const path = join(dataDirectory, 'demo.json');
  const plan = readPlan(path) ?? newPlan(new Date());
  if (plan.complete) {
    return { plan, logins: [] };
  }
  writePlan(path, plan);
  progress(`Preparing the demo tenant ${TENANT_NAME}: people, courses, and the documented month as history…`);
  await tenants.create({
    id: DEMO_TENANT,
    name: TENANT_NAME,
    timezone: DEMO_TIMEZONE,
    locale: 'id',
    registration: 'open',
  });
  const contract = { tenantId: DEMO_TENANT, startedOn: plan.start, plan: PLAN, budget: BUDGET };
  await openContract(database.db, contract);
  await Promise.all([createPopulation(people, plan.accountSecret), importHistory(plan, collector)]);
  await seedTutoring(database, DEMO_TENANT, {
    seed: plan.seed,
    mentors: mentors().map(({ key, name }) => ({ id: key, userId: demoUserId(key), name })),
  });
  await seedBookings(database, {
    seed: plan.seed,
    tenant: { id: DEMO_TENANT, timezone: DEMO_TIMEZONE },
    now: new Date(plan.until),
    learners: learners(),
    officer: paymentOfficer(),
    proof: await exampleProof(files),
  });
  await seedPages(new Pages(database, jsonCache, () => new Date()), DEMO_TENANT);
  const logins = await createStaff(people);
  await tellPastMeters(plan, database, collector);
  const complete = { ...plan, complete: true };
  writePlan(path, complete);
  return { plan: complete, logins };
}

/** A picture of one dot, which stands for every transfer slip. */
async function exampleProof(files: FileStore): Promise<StoredFile & { name: string }> {
  const key = newFileKey(DEMO_TENANT, PROOFS_FOLDER, 'png');
  const stored = await files.write(key, Readable.from([Buffer.from(ONE_DOT_PNG, 'base64')]), 'image/png');
  return { ...stored, name: 'bukti-transfer.png' };
}

function newPlan(now: Date): DemoPlan {
  return {
    version: 1,
    seed: SEED,
    start: monthStart(DEMO_TIMEZONE, now),
    until: now.toISOString(),
    accountSecret: randomBytes(SECRET_BYTES).toString('base64url'),
    complete: false,
  };
}

export interface DemoPlay {
  readonly plan: DemoPlan;
  /** Where the server listens. */
  readonly target: string;
  /** Requests a second, on average. */
  readonly rate: number;
  readonly logger: Logger;
  /** Ends the play. */
  readonly signal: AbortSignal;
}

/**
 * Plays on for as long as the server runs: a gentle continuation of the month as real HTTP requests by the sixty
 * people, so that the live view moves.
 */
export function playDemo({ plan, target, rate, logger, signal }: DemoPlay): Promise<void> {
  return playContinuation({
    target,
    seed: Date.now(),
    rate,
    minimumRate: rate / 2,
    routes: PLAYED_ROUTES,
    accounts: (userKey) => demoAccount(userKey, plan.accountSecret),
    signal,
    logger,
  });
}

/** What the players may ask for; the month's other requests are left out of the play. */
const PLAYED_ROUTES: ReadonlySet<string> = new Set([
  'GET /api/public/kursus',
  'GET /api/public/kursus/:id',
  'GET /api/public/mentor',
  'GET /api/public/mentor/:id',
  'GET /api/profil',
  'GET /api/pelanggan/daftar-sesi',
  'GET /api/mentor/daftar-sesi',
  'GET /api/mentor/profil-saya',
  'GET /api/admin/pembayaran',
  'GET /api/admin/pengguna',
  'POST /api/login',
  'POST /api/logout',
  'POST /api/token/refresh',
]);
