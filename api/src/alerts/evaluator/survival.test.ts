import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../postgres/database.ts';
import type { Schema } from '../../postgres/schema.ts';
import { errorRule, insertRules, insertTenants } from '../../testing/alert-rules.ts';
import {
  createAlertTables,
  happened,
  lasting,
  setValues,
  tabledReader,
  tabledTelling,
} from '../../testing/alert-tables.ts';
import { cuttableWay, type Moment } from '../../testing/cut.ts';
import { inherited } from '../../testing/environment.ts';
import { silent, startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { type Evaluator, startEvaluator } from './evaluator.ts';

const EVALUATOR = fileURLToPath(new URL('../../testing/alert-evaluator.ts', import.meta.url));
const TENANTS = Array.from({ length: 50 }, (_, index) => `tenant-${index}`);
const [BAD, WELL] = [50, 0];
const KILLS = 8;
const TAKEN_OVER_MS = 15_000;
const SOON = { timeout: 20_000, interval: 20 };
const FAST = { roundMs: 20, standByMs: 20, leaseMs: 200 };

let server: TestPostgres;
const processes: Process[] = [];
const started: Evaluator[] = [];

beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());
afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop()));
  for (const { child } of processes.splice(0)) {
    child.kill('SIGKILL');
  }
});

/** A database with a rule for each of fifty tenants. */
async function watched(): Promise<{ database: Database; db: Kysely<Schema>; url: string }> {
  const { database, url } = await server.freshDatabase();
  await createAlertTables(database.db);
  await insertTenants(database.db, ...TENANTS);
  // What goes up and down as often as it does here would be one alert that lasts.
  const restless = errorRule({ flapping: { times: 20, within: 0, calm: 0 } });
  await insertRules(database.db, TENANTS, restless);
  await setValues(database.db, TENANTS, WELL);
  return { database, db: database.db, url };
}

interface Process {
  readonly name: string;
  readonly child: ChildProcess;
}

/** An evaluator in a process of its own. */
async function evaluate(url: string, name: string, pace: 'fast' | 'as always'): Promise<Process> {
  const args = ['--import', 'tsx', '--conditions=@riwayat/source', EVALUATOR, url, name, pace];
  const child = spawn(process.execPath, args, { env: inherited, stdio: ['ignore', 'pipe', 'inherit'] });
  const evaluating = { name, child };
  processes.push(evaluating);
  await said(evaluating, 'started');
  return evaluating;
}

/** Resolves when a process says so from now on. */
function said({ name, child }: Process, what: string): Promise<void> {
  return new Promise((resolve) => {
    const listen = (chunk: Buffer): void => {
      if (chunk.includes(`${name} ${what}`)) {
        child.stdout?.off('data', listen);
        resolve();
      }
    };
    child.stdout?.on('data', listen);
  });
}

async function kill({ child }: Process): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function holder(db: Kysely<Schema>): Promise<string | undefined> {
  const row = await db.selectFrom('alert_evaluator').select('holder').executeTakeFirst();
  return row?.holder;
}

/** Fails unless each of the alerts fired and was resolved once for each time it was bad, and was told of so. */
async function expectEachOnce(db: Kysely<Schema>, times: number): Promise<void> {
  const { events, told } = await happened(db);
  expect(told).toEqual(events);
  const kinds = (kind: string): number => events.filter((event) => event.kind === kind).length;
  expect({ fired: kinds('fired'), resolved: kinds('resolved') }).toEqual({
    fired: TENANTS.length * times,
    resolved: TENANTS.length * times,
  });
  expect(new Set(events.map(({ alert_id, kind }) => `${alert_id} ${kind}`)).size).toBe(events.length);
}

it(`tells each of 50 changes once, killed in the middle of them ${KILLS} times`, async () => {
  const { db, url } = await watched();
  let standing = await evaluate(url, 'evaluator-0', 'fast');
  for (let kills = 1; kills <= KILLS; kills += 1) {
    const [doomed, next] = [standing, await evaluate(url, `evaluator-${kills}`, 'fast')];
    await expect.poll(() => holder(db), SOON).toBe(doomed.name);
    const bad = kills % 2 === 1;
    // By turns when it is about to commit, and somewhere before, in or after it.
    const moment = kills % 3 === 0 ? said(doomed, 'tells') : delay(kills * 9);
    await setValues(db, TENANTS, bad ? BAD : WELL);
    await moment;
    await kill(doomed);
    standing = next;
    await expect.poll(() => lasting(db), SOON).toBe(bad ? TENANTS.length : 0);
  }
  await expectEachOnce(db, KILLS / 2);
}, 120_000);

it('is taken over within 15 seconds when it is killed, and when it is frozen, which then writes nothing', async () => {
  const [killed, frozen] = await Promise.all([watched(), watched()]);
  const takenOver = async ({ db, url }: typeof killed, how: 'SIGKILL' | 'SIGSTOP'): Promise<number> => {
    const first = await evaluate(url, 'first', 'as always');
    await expect.poll(() => holder(db), SOON).toBe('first');
    await evaluate(url, 'second', 'as always');
    await setValues(db, TENANTS, BAD);
    // With the lease locked, and fifty alerts written that are not committed.
    await said(first, 'tells');
    const at = performance.now();
    first.child.kill(how);
    await expect.poll(() => lasting(db), SOON).toBe(TENANTS.length);
    const tookMs = performance.now() - at;
    expect(await holder(db)).toBe('second');
    first.child.kill('SIGCONT');
    return tookMs;
  };
  const took = await Promise.all([takenOver(killed, 'SIGKILL'), takenOver(frozen, 'SIGSTOP')]);
  expect(Math.max(...took)).toBeLessThan(TAKEN_OVER_MS);
  await setValues(frozen.db, TENANTS, WELL);
  await expect.poll(() => lasting(frozen.db), SOON).toBe(0);
  expect(await holder(frozen.db)).toBe('second');
  await expectEachOnce(frozen.db, 1);
}, 90_000);

describe('in this process', () => {
  function start(db: Kysely<Schema>, instance: string): Evaluator {
    const evaluator = startEvaluator({
      db,
      readers: [tabledReader(db)],
      telling: tabledTelling(),
      instance,
      logger: silent,
      intervals: FAST,
    });
    started.push(evaluator);
    return evaluator;
  }

  it('tells nothing twice while two believe that they evaluate', async () => {
    const { db, url } = await watched();
    const others = await Promise.all(
      [1, 2].map(() => openDatabase({ url, logger: silent, maxConnections: 2 })),
    );
    others.map((other, index) => start(other.db, `evaluator-${index}`));
    const turns = 10;
    for (let turn = 0; turn < turns; turn += 1) {
      await setValues(db, TENANTS, BAD);
      for (const count of [TENANTS.length, 0]) {
        await expect
          .poll(async () => {
            // Whoever holds the lease does not know that it is over, and the other takes it.
            await sql`update alert_evaluator set expires_at = '-infinity'`.execute(db);
            return lasting(db);
          }, SOON)
          .toBe(count);
        await setValues(db, TENANTS, WELL);
      }
    }
    const { epoch } = await db.selectFrom('alert_evaluator').select('epoch').executeTakeFirstOrThrow();
    expect(Number(epoch)).toBeGreaterThan(turns);
    await expectEachOnce(db, turns);
    await Promise.all(started.splice(0).map((each) => each.stop()));
    await Promise.all(others.map((other) => other.close()));
  }, 60_000);

  it.each<Moment>(['before the server has it', 'before its answer'])(
    'tells each change once when the connection is cut at any statement of a round, %s',
    async (moment) => {
      const { db, url } = await watched();
      const way = await cuttableWay(url);
      const cut = await openDatabase({ url: way.url, logger: silent, maxConnections: 2 });
      let times = 0;
      const there = async (statement: number): Promise<number> => {
        const before = await lasting(db);
        await setValues(db, TENANTS, before === 0 ? BAD : WELL);
        way.cutAt(statement, moment);
        const evaluator = start(cut.db, 'cut');
        await expect.poll(() => lasting(db), SOON).toBe(before === 0 ? TENANTS.length : 0);
        const statements = way.statements();
        await evaluator.stop();
        times += 1;
        return statements;
      };
      const most = await there(Number.POSITIVE_INFINITY);
      expect(most).toBeGreaterThan(12);
      for (let statement = 1; statement <= most; statement += 1) {
        await there(statement);
      }
      if (times % 2 === 1) {
        await there(Number.POSITIVE_INFINITY);
      }
      await expectEachOnce(db, times / 2);
      await cut.close();
      await way.close();
    },
    90_000,
  );
});
