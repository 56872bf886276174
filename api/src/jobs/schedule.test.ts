import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { silent, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { addDueJobs, type DailySchedule, dailyPayload, lastDue } from './schedule.ts';

const NIGHTLY: DailySchedule = { task: { name: 'nightly', payload: dailyPayload }, localTime: '02:30' };
const JAKARTA = 'Asia/Jakarta';
/** Clocks go from 02:00 to 03:00 on 8 March 2026, and from 02:00 back to 01:00 on 1 November 2026. */
const NEW_YORK = 'America/New_York';

describe('the last date that was due', () => {
  it.each([
    ['before the hour', JAKARTA, '2026-11-20T19:29:59Z', '2026-11-20', '2026-11-19T19:30:00Z'],
    ['at the hour', JAKARTA, '2026-11-20T19:30:00Z', '2026-11-21', '2026-11-20T19:30:00Z'],
    [
      'before an hour that is skipped',
      NEW_YORK,
      '2026-03-08T06:59:59Z',
      '2026-03-07',
      '2026-03-07T07:30:00Z',
    ],
    ['after an hour that is skipped', NEW_YORK, '2026-03-08T07:30:00Z', '2026-03-08', '2026-03-08T07:30:00Z'],
    ['the day after', NEW_YORK, '2026-03-09T06:30:00Z', '2026-03-09', '2026-03-09T06:30:00Z'],
  ])('%s', (_when, timezone, now, date, at) => {
    expect(lastDue('02:30', timezone, new Date(now))).toEqual({ date, at: new Date(at) });
  });

  it('is the same both times that an hour comes twice', () => {
    const first = lastDue('01:30', NEW_YORK, new Date('2026-11-01T05:30:00Z'));
    expect(first).toEqual({ date: '2026-11-01', at: new Date('2026-11-01T05:30:00Z') });
    expect(lastDue('01:30', NEW_YORK, new Date('2026-11-01T06:15:00Z'))).toEqual(first);
    expect(lastDue('01:30', NEW_YORK, new Date('2026-11-01T06:30:00Z'))).toEqual(first);
  });
});

describe('daily jobs', () => {
  let server: TestPostgres;
  let database: Database;
  let db: Kysely<Schema>;

  beforeAll(async () => {
    server = await startTestPostgres();
    ({ database } = await server.freshDatabase());
    ({ db } = database);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await sql`delete from graphile_worker._private_jobs`.execute(db);
    await sql`delete from tenants where id <> 'platform'`.execute(db);
    await sql`update tenants set created_at = '2025-01-01'`.execute(db);
    await sql`delete from job_schedules`.execute(db);
    const tenants = new TenantDirectory(database);
    await tenants.create({ id: 'jakarta', name: 'Jakarta', timezone: JAKARTA });
    await tenants.create({ id: 'new-york', name: 'New York', timezone: NEW_YORK });
    await sql`update tenants set created_at = '2025-01-01'`.execute(db);
  });

  const add = (now: string | Date, schedule: DailySchedule = NIGHTLY): Promise<number> =>
    addDueJobs(db, [schedule], { now: new Date(now), logger: silent });
  const added = async (): Promise<string[]> => {
    const { rows } = await sql<{ payload: { tenantId: string; date: string } }>`
      select payload from graphile_worker._private_jobs order by id`.execute(db);
    return rows.map(({ payload: { tenantId, date } }) => `${tenantId} ${date}`);
  };

  it.each([
    ['clocks are put forward', '2026-03-06T12:00:00Z', '2026-03-10T12:00:00Z'],
    ['clocks are put back', '2026-10-30T12:00:00Z', '2026-11-03T12:00:00Z'],
  ])(
    'come once for each tenant and local date when %s',
    async (_when, from, to) => {
      const lateHour = { ...NIGHTLY, localTime: '01:30' };
      await add(from, NIGHTLY);
      await add(from, { ...lateHour, task: { ...NIGHTLY.task, name: 'earlier' } });
      await sql`delete from graphile_worker._private_jobs`.execute(db);
      for (let now = Date.parse(from); now <= Date.parse(to); now += 10 * 60_000) {
        await addDueJobs(db, [NIGHTLY, { ...lateHour, task: { ...NIGHTLY.task, name: 'earlier' } }], {
          now: new Date(now),
          logger: silent,
        });
      }
      const dates = (await added()).filter((line) => line.startsWith('new-york')).sort();
      const days = [1, 2, 3, 4].map((day) =>
        new Date(Date.parse(from) + day * 86_400_000).toISOString().slice(0, 10),
      );
      expect(dates).toEqual(days.flatMap((date) => [`new-york ${date}`, `new-york ${date}`]));
    },
    60_000,
  );

  it('are caught up with once after a downtime', async () => {
    await add('2026-11-01T12:00:00Z');
    await sql`delete from graphile_worker._private_jobs`.execute(db);
    expect(await add('2026-11-21T12:00:00Z')).toBe(3);
    expect((await added()).sort()).toEqual([
      'jakarta 2026-11-21',
      'new-york 2026-11-21',
      'platform 2026-11-21',
    ]);
    expect(await add('2026-11-21T12:00:00Z')).toBe(0);
  });

  it('are added by one replica when several look at once', async () => {
    const counts = await Promise.all(Array.from({ length: 4 }, () => add('2026-11-21T12:00:00Z')));
    expect(counts.reduce((sum, count) => sum + count)).toBe(3);
    expect(await added()).toHaveLength(3);
  });

  it('are not due to a tenant for a time before it was there', async () => {
    await sql`update tenants set created_at = '2026-11-21T12:00:00Z' where id = 'jakarta'`.execute(db);
    await add('2026-11-21T12:00:00Z');
    expect(await added()).not.toContain('jakarta 2026-11-21');
    await add('2026-11-21T19:30:00Z');
    expect(await added()).toContain('jakarta 2026-11-22');
  });

  it('are for one tenant alone when the schedule says so', async () => {
    await add('2026-11-21T12:00:00Z', { ...NIGHTLY, only: 'platform' });
    expect(await added()).toEqual(['platform 2026-11-21']);
  });

  it('of other zones come when one zone is not known here', async () => {
    await sql`update tenants set timezone = 'Mars/Olympus' where id = 'jakarta'`.execute(db);
    expect(await add('2026-11-21T12:00:00Z')).toBe(2);
  });

  it('are neither started nor forgotten when the transaction that adds them is undone', async () => {
    const failing = db.transaction().execute(async (transaction) => {
      await addDueJobs(transaction, [NIGHTLY], { now: new Date('2026-11-21T12:00:00Z'), logger: silent });
      throw new Error('no, after all');
    });
    await expect(failing).rejects.toThrow('no, after all');
    expect(await add('2026-11-21T12:00:00Z')).toBe(3);
  });
});
