import type { TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { Database } from '../postgres/database.ts';
import { openDatabase } from '../postgres/database.ts';
import { severable, silent, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { COUNTED_TOGETHER_MS, type UsageRead, UsageReads } from './reads.ts';

const START = Date.UTC(2026, 10, 22);
const POLL_MS = 15_000;

let postgres: TestPostgres;
let database: Database;
let url: string;
let tenant = 0;
let now = START;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database, url } = await postgres.freshDatabase());
});
afterAll(() => postgres.stop());
beforeEach(() => {
  now = START;
  tenant += 1;
});

function reads(of: Database = database): UsageReads {
  return new UsageReads({ database: of, logger: silent, now: () => now });
}

function read(changes: Partial<UsageRead> = {}): UsageRead {
  const actor = { userId: 'usr_1', role: 'manager', sessionId: 'ses_1', address: null, requestId: 'req' };
  return {
    actor,
    tenantId: `tenant-${tenant}` as TenantId,
    view: 'summary',
    start: '2026-11-01',
    end: '2026-11-22',
    ...changes,
  };
}

function entries() {
  return database.db
    .selectFrom('audit_log')
    .where('tenant_id', '=', `tenant-${tenant}`)
    .orderBy('id')
    .select(['action', 'actor_id', 'subject_id', 'details'])
    .execute();
}

it('writes a first look by itself, soon', async () => {
  const looked = reads();
  looked.note(read());
  await vi.waitFor(async () => expect(await entries()).toHaveLength(1), 5_000);
  expect(await entries()).toEqual([
    {
      action: 'usage.read',
      actor_id: 'usr_1',
      subject_id: 'summary',
      details: { start: '2026-11-01', end: '2026-11-22' },
    },
  ]);
  await looked.close();
});

it('makes one entry of what a screen asks again and again, and loses none when it stops', async () => {
  const looked = reads();
  for (; now < START + COUNTED_TOGETHER_MS + POLL_MS; now += POLL_MS) {
    looked.note(read());
  }
  await looked.close();
  const further = COUNTED_TOGETHER_MS / POLL_MS - 1;
  expect((await entries()).map(({ details }) => details)).toEqual([
    { start: '2026-11-01', end: '2026-11-22' },
    { start: '2026-11-01', end: '2026-11-22', reads: further, since: '2026-11-22T00:00:00.000Z' },
    { start: '2026-11-01', end: '2026-11-22' },
  ]);
});

it('tells people, sessions, views and periods apart', async () => {
  const looked = reads();
  const { actor } = read();
  looked.note(read());
  looked.note(read({ view: 'history' }));
  looked.note(read({ end: '2026-11-21' }));
  looked.note(read({ actor: { ...actor, userId: 'usr_2' } }));
  looked.note(read({ actor: { ...actor, sessionId: 'ses_2' } }));
  await looked.close();
  expect(await entries()).toHaveLength(5);
});

it('has a look at people written before it is answered, and once', async () => {
  const looked = reads();
  await Promise.all([looked.write(read({ view: 'users' })), looked.write(read({ view: 'users' }))]);
  expect(await entries()).toHaveLength(1);
  await looked.close();
  expect((await entries()).map(({ details }) => details)).toEqual([
    { start: '2026-11-01', end: '2026-11-22' },
    expect.objectContaining({ reads: 1 }),
  ]);
});

it('refuses a look at people that cannot be written, and keeps the others until they can', async () => {
  const way = await severable(url);
  const cut = await openDatabase({ url: way.url, logger: silent });
  const looked = reads(cut);
  await way.sever();
  looked.note(read());
  await expect(looked.write(read({ view: 'users' }))).rejects.toThrow();
  await way.restore();
  await vi.waitFor(async () => expect(await entries()).toHaveLength(1), 10_000);
  await looked.write(read({ view: 'users' }));
  expect((await entries()).map(({ subject_id }) => subject_id)).toEqual(['summary', 'users']);
  await looked.close();
  await cut.close();
});
