import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore, type Store } from '../store/store.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { RefusedCursorError, RefusedRows } from './refused-rows.ts';
import { tenantScope } from './tenant-scope.ts';

const OURS = tenantScope('ours');
const THEIRS = tenantScope('theirs');
const REFUSALS = 23;

let store: Store;
let refused: RefusedRows;

beforeAll(async () => {
  store = openStore({
    address: { kind: 'embedded', path: join(temporaryDirectory(), 'clickhouse') },
    logger: testLogger(),
  });
  await store.migrate();
  refused = new RefusedRows(store);
  // All within a second or two, as refusals come: the time alone does not order them.
  await refuse('ours', REFUSALS, 'a');
  await refuse('theirs', 2, 'b');
});
afterAll(() => store.close());

async function refuse(tenant: string, times: number, source: string): Promise<void> {
  const lines = Array.from({ length: times }, (_, index) =>
    JSON.stringify([tenant, '', `line ${index}`, `reason ${index}`, source, `id ${index}`]),
  );
  await store.insert({
    table: 'rejected',
    columns: ['tenant_id', 'segment', 'line', 'reason', 'source', 'event_id'],
    token: `test-${tenant}-${source}-${times}`,
    lines: `${lines.join('\n')}\n`,
  });
}

async function all(limit: number): Promise<string[]> {
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await refused.page(OURS, limit, after);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    seen.push(...page.rows.map(({ eventId }) => eventId));
    after = page.next;
  } while (after !== undefined);
  return seen;
}

it('shows every refused row of the tenant once, whatever the size of a page', async () => {
  const expected = Array.from({ length: REFUSALS }, (_, index) => `id ${index}`).sort();
  for (const limit of [1, 7, REFUSALS, 100]) {
    expect((await all(limit)).sort()).toEqual(expected);
  }
});

it('tells what was sent, by whom, and what is wrong with it', async () => {
  const { rows, next } = await refused.page(THEIRS, 50);
  expect(next).toBeUndefined();
  expect(rows).toHaveLength(2);
  expect(rows).toContainEqual({
    rejectedAt: expect.any(Date),
    reason: 'reason 1',
    line: 'line 1',
    source: 'b',
    eventId: 'id 1',
  });
  expect(Math.abs((rows[0]?.rejectedAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
});

it('takes a cursor of another tenant for a place, not for a right', async () => {
  const { next } = await refused.page(OURS, 5);
  const { rows } = await refused.page(THEIRS, 50, next);
  expect(rows.every(({ source }) => source === 'b')).toBe(true);
});

it.each(['', '1', '1.', '.1', "1.1' OR 1", '4294967296.1', '1.18446744073709551616'])(
  'refuses the cursor %j',
  async (cursor) => {
    await expect(refused.page(OURS, 5, cursor)).rejects.toThrow(RefusedCursorError);
  },
);
