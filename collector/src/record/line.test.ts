import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openStore, type Store } from '../store/store.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { REQUEST_COLUMNS, RecordError } from './line.ts';
import { digitsOf, requestId } from './request-id.ts';
import type { RequestRecord } from './request-record.ts';

const MAX = Number.MAX_SAFE_INTEGER;
const STORED_COLUMNS = REQUEST_COLUMNS.filter((column) => column !== 'event_key');
const TIMES = { min: Date.UTC(2026, 0, 1) * 1000, max: Date.UTC(2026, 11, 31) * 1000 };

/** Any string that JavaScript can hold: control characters, quotes, emoji, lone surrogates. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
    maxLength: 12,
  }),
  fc.constantFrom(
    '',
    "'; DROP TABLE requests; --",
    '\\',
    '\\N',
    '"],[',
    '{tenant:String}',
    '\u0000',
    '\n',
    '\u2028',
  ),
);
const count = fc.nat({ max: MAX });

const records: fc.Arbitrary<RequestRecord> = fc
  .record({
    ts: fc.integer(TIMES).map(microseconds),
    requestId: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(requestId),
    tenantId: hostile.map(tenantId),
    userId: hostile,
    userRole: hostile,
    sessionId: hostile,
    endpoint: hostile,
    method: hostile,
    status: fc.integer({ min: 0, max: 999 }),
    duration: count.map(microseconds),
    bytesIn: count,
    bytesOut: count,
    cpu: count.map(microseconds),
    memory: count,
    traceId: hostile,
    instance: hostile,
  })
  .map((changes) => record(changes));

const stringColumns = {
  tenant_id: z.string(),
  user_id: z.string(),
  user_role: z.string(),
  session_id: z.string(),
  endpoint: z.string(),
  method: z.string(),
  trace_id: z.string(),
  instance: z.string(),
  day: z.string(),
};
const row = z.object({
  ...stringColumns,
  ts: z.string(),
  request_id: z.string(),
  status: z.number(),
  duration: z.string(),
  bytes_in: z.string(),
  bytes_out: z.string(),
  cpu: z.string(),
  memory: z.string(),
});

let store: Store;
beforeAll(async () => {
  store = openStore({ address: { kind: 'embedded', path: temporaryDirectory() }, logger: testLogger() });
  await store.migrate();
});
afterAll(() => store.close());

describe('a line', () => {
  it('comes back from the engine as the record it was made of, whatever its strings hold', async () => {
    let batch = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(records, { minLength: 1, maxLength: 40, selector: (r) => digitsOf(r.requestId) }),
        async (all) => {
          batch += 1;
          await store.insert({
            table: 'requests',
            columns: REQUEST_COLUMNS,
            token: `batch-${batch}`,
            lines: all.map((one) => encodedLine(one)).join(''),
          });
          for (const one of all) {
            const found = await store.select({
              sql: `SELECT ${STORED_COLUMNS.join(', ').replace('ts,', 'toString(toUnixTimestamp64Micro(ts)) AS ts,')}
                  FROM {{database}}.requests WHERE request_id = {id:UInt64}`,
              params: { id: digitsOf(one.requestId) },
              row,
              label: 'test.line',
            });
            expect(found).toContainEqual({
              ts: String(one.ts),
              request_id: digitsOf(one.requestId),
              tenant_id: wellFormed(one.tenantId),
              day: one.day,
              user_id: wellFormed(one.userId),
              user_role: wellFormed(one.userRole),
              session_id: wellFormed(one.sessionId),
              endpoint: wellFormed(one.endpoint),
              method: wellFormed(one.method),
              trace_id: wellFormed(one.traceId),
              instance: wellFormed(one.instance),
              status: one.status,
              duration: String(one.duration),
              bytes_in: String(one.bytesIn),
              bytes_out: String(one.bytesOut),
              cpu: String(one.cpu),
              memory: String(one.memory),
            });
          }
        },
      ),
      { numRuns: 6 },
    );
  });

  it('is one line of valid JSON', () => {
    fc.assert(
      fc.property(records, (one) => {
        const line = encodedLine(one);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(JSON.parse(line)).toHaveLength(REQUEST_COLUMNS.length);
      }),
    );
  });

  it.each([
    ['bytesIn', { bytesIn: Number.NaN }],
    ['bytesOut', { bytesOut: -1 }],
    ['memory', { memory: 1.5 }],
    ['cpu', { cpu: microseconds(Number.POSITIVE_INFINITY) }],
    ['duration', { duration: microseconds(2 ** 60) }],
    ['status', { status: 70_000 }],
    ['status', { status: Number.NaN }],
  ])('is not made of a %s that ClickHouse would misread', (field, changes) => {
    expect(() => encodedLine(record(changes))).toThrow(
      expect.objectContaining({ name: RecordError.name, field }),
    );
  });
});

function wellFormed(value: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(value));
}
