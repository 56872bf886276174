import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Pseudonyms } from '../privacy/pseudonyms.ts';
import { REQUEST_COLUMNS } from '../record/line.ts';
import type { RequestRecord } from '../record/request-record.ts';
import { openStore, type Store } from '../store/store.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { ActivityQueries, type SessionUsage } from './activity.ts';
import { tenantScope } from './tenant-scope.ts';

const START = Date.UTC(2026, 9, 1);
const MINUTE_MS = 60_000;
const SPAN = { from: new Date(START), to: new Date(START + 600 * MINUTE_MS) };
const SCOPE = tenantScope('ours');

let store: Store;
let activity: ActivityQueries;
const pseudonyms = new Pseudonyms({ key: randomBytes(32) });

beforeAll(async () => {
  store = openStore({
    address: { kind: 'embedded', path: join(temporaryDirectory(), 'clickhouse') },
    logger: testLogger(),
  });
  await store.migrate();
  activity = new ActivityQueries(store, pseudonyms);
  await insert([
    ...visit('ana', 's1', 0, ['/a', '/a', '/b']),
    ...visit('ana', 's2', 60, ['/b', '/c', '/b', '/b']),
    ...visit('ben', 's3', 30, ['/a']),
    ...visit('', '', 40, ['/a', '/a']),
    ...visit(pseudonyms.of('ours', 'user', 'cid'), 's4', 90, ['/d', '/d']),
    ...visit('ana', 's9', 5_000, ['/late']),
    ...visit('ana', 's1', 1, ['/theirs'], 'theirs'),
  ]);
});
afterAll(() => store.close());

/** Requests of one session, a minute apart. */
function visit(
  userId: string,
  sessionId: string,
  minute: number,
  endpoints: readonly string[],
  tenant = 'ours',
): RequestRecord[] {
  return endpoints.map((endpoint, index) =>
    record({
      tenantId: tenantId(tenant),
      ts: microseconds((START + (minute + index) * MINUTE_MS) * 1000),
      userId,
      sessionId,
      userRole: userId === '' ? '' : 'member',
      endpoint,
      bytesIn: 1,
      bytesOut: 99,
    }),
  );
}

async function insert(records: readonly RequestRecord[]): Promise<void> {
  await store.insert({
    table: 'requests',
    columns: REQUEST_COLUMNS,
    token: 'activity',
    lines: records.map((one) => encodedLine(one)).join(''),
  });
}

it('shows every session of the span once, the one used last first, whatever the size of a page', async () => {
  for (const limit of [1, 2, 10]) {
    const seen: string[] = [];
    for (let after: SessionUsage | undefined; ; ) {
      const page = await activity.sessions(SCOPE, SPAN, limit, after);
      after = page.at(-1);
      if (after === undefined) {
        break;
      }
      seen.push(...page.map(({ sessionId }) => sessionId));
    }
    expect(seen).toEqual(['s4', 's2', 's3', 's1']);
  }
});

it('tells how long a session was, and what was used in it', async () => {
  const sessions = await activity.sessions(SCOPE, SPAN, 10);
  expect(sessions.find(({ sessionId }) => sessionId === 's2')).toEqual({
    sessionId: 's2',
    userId: 'ana',
    userRole: 'member',
    firstSeen: (START + 60 * MINUTE_MS) * 1000,
    lastSeen: (START + 63 * MINUTE_MS) * 1000,
    calls: 4,
    bytes: 400,
    // 0.01 a call and 0.0001 a byte answered; a fifth of a processor, 20 %, makes 0.02 more.
    weight: 4n * (100_000n + 99n * 1_000n + 200_000n),
  });
});

it('tells of people how often and how long they were there, and where they went most', async () => {
  const found = await activity.of(SCOPE, SPAN, ['ana', 'ben', 'nobody']);
  expect(found.sort((a, b) => (a.userId < b.userId ? -1 : 1))).toEqual([
    { userId: 'ana', sessions: 2, sessionMs: (2 + 3) * MINUTE_MS, endpoints: ['/b', '/a', '/c'] },
    { userId: 'ben', sessions: 1, sessionMs: 0, endpoints: ['/a'] },
  ]);
});

it('finds a person under the pseudonym that is stored in the place of their id', async () => {
  const endpoints = await activity.endpointsOf(SCOPE, SPAN, activity.idsOf(SCOPE, 'cid'));
  expect(endpoints).toEqual([{ endpoint: '/d', calls: 2, bytes: 200 }]);
});

it('counts the people of an endpoint, and not those who are nobody', async () => {
  const people = await activity.peopleByEndpoint(SCOPE, SPAN);
  expect(people.find(({ endpoint }) => endpoint === '/a')).toEqual({
    endpoint: '/a',
    method: 'GET',
    people: 2,
  });
});
