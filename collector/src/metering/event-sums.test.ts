import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LINE_FORMATS } from '../record/lanes.ts';
import { encodeEvent } from '../record/line.ts';
import { openStore, type Store } from '../store/store.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { testLogger } from '../testing/engine.ts';
import { microseconds, tenantId } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import type { EventsOfDay } from './event-sums.ts';
import type { MeteredDays } from './metered-days.ts';
import { MeteringQueries } from './metering-queries.ts';

/** Three days in New York, the second of which has 25 hours. */
const DAYS: MeteredDays = {
  days: [
    { day: '2026-10-31', from: new Date('2026-10-31T04:00:00Z') },
    { day: '2026-11-01', from: new Date('2026-11-01T04:00:00Z') },
    { day: '2026-11-02', from: new Date('2026-11-02T05:00:00Z') },
  ],
  to: new Date('2026-11-03T05:00:00Z'),
};
const TYPES = { levels: ['meter.level'], flows: ['meter.flow'] };

interface Told {
  readonly at: string;
  readonly value: unknown;
  readonly type?: string;
  readonly id?: string;
  /** Instead of an object with the value. */
  readonly data?: string;
}

let store: Store;
let metering: MeteringQueries;
let tenants = 0;

/** Stores events one insert each, in the order given, and asks. */
async function ask(told: readonly Told[]): Promise<Omit<EventsOfDay, 'tenantId'>[]> {
  tenants += 1;
  const name = `tenant-${tenants}`;
  const lines = told.map(({ at, value, type = 'meter.level', id, data }, index) =>
    encodeEvent(
      {
        ts: microseconds(Date.parse(at) * 1_000),
        tenantId: tenantId(name),
        id: id ?? `event-${index}`,
        source: 'urn:shop',
        type,
        subject: '',
        data: data ?? JSON.stringify({ value }),
        userId: '',
      },
      { userId: '', retention: 13 },
      '',
    ),
  );
  await store.insert({ ...LINE_FORMATS.events, token: name, lines: lines.join('') });
  const rows = await metering.eventsOfDays([tenantScope(name)], DAYS, TYPES);
  return rows.map(({ tenantId: id, ...row }) => {
    expect(id).toBe(name);
    return row;
  });
}

describeStores('events that tell a meter', (address) => {
  beforeAll(async () => {
    store = openStore({ address: address(), logger: testLogger() });
    await store.migrate();
    metering = new MeteringQueries(store);
  });
  afterAll(() => store.close());

  it('are put together by local day, a day of 25 hours included', async () => {
    const rows = await ask([
      { at: '2026-10-31T04:00:00Z', value: '10' },
      { at: '2026-11-01T03:59:59Z', value: '7.25' },
      { at: '2026-11-02T04:59:59Z', value: '3' },
      { at: '2026-11-02T05:00:00Z', value: '4' },
      { at: '2026-11-03T05:00:00Z', value: '1000' },
    ]);
    expect(rows).toEqual([
      { type: 'meter.level', index: 0, last: '7.25', largest: '10', sum: '17.25', ignored: 0n },
      { type: 'meter.level', index: 1, last: '3', largest: '3', sum: '3', ignored: 0n },
      { type: 'meter.level', index: 2, last: '4', largest: '4', sum: '4', ignored: 0n },
    ]);
  });

  it('tell the last state of before, and nothing that happened before', async () => {
    const rows = await ask([
      { at: '2026-02-01T00:00:00Z', value: '5' },
      { at: '2026-10-31T03:59:59Z', value: '6' },
      { at: '2026-10-31T03:59:59Z', value: '6', type: 'meter.flow' },
      { at: '2026-10-31T04:00:00Z', value: '7', type: 'meter.flow' },
      { at: '2026-10-31T04:00:00Z', value: '8', type: 'another' },
    ]);
    expect(rows.map(({ type, index, last }) => [type, index, last])).toEqual([
      ['meter.flow', 0, '7'],
      ['meter.level', undefined, '6'],
    ]);
  });

  it('mean the same in whatever order they come', async () => {
    const told = fc.array(
      fc.record({
        at: fc.constantFrom('2026-10-31T10:00:00Z', '2026-10-31T11:00:00Z', '2026-11-01T10:00:00Z'),
        value: fc.nat(1_000).map(String),
        type: fc.constantFrom('meter.level', 'meter.flow'),
      }),
      { minLength: 1, maxLength: 12 },
    );
    const shuffled = told.chain((events) => {
      const named = events.map((event, index) => ({ ...event, id: `id-${index}` }));
      return fc.tuple(
        fc.constant(named),
        fc.shuffledSubarray(named, { minLength: named.length, maxLength: named.length }),
      );
    });
    await fc.assert(
      fc.asyncProperty(shuffled, async ([as, other]) => {
        expect(await ask(other)).toEqual(await ask(as));
      }),
      { numRuns: 10 },
    );
  });

  it('count once, however often they come', async () => {
    const again = { at: '2026-10-31T10:00:00Z', value: '3', type: 'meter.flow', id: 'sale-1' };
    const [row] = await ask([again, again, { ...again, id: 'sale-2' }]);
    expect(row).toMatchObject({ sum: '6', ignored: 0n });
  });

  it.each([
    [
      '18 digits and 12 decimals',
      { value: '999999999999999999.999999999999' },
      '999999999999999999.999999999999',
    ],
    ['a whole number', { value: 42 }, '42'],
    ['the largest safe integer', { value: Number.MAX_SAFE_INTEGER }, '9007199254740991'],
    ['nothing', { value: '0' }, '0'],
  ])('say %s', async (_, told, last) => {
    const [row] = await ask([{ at: '2026-10-31T10:00:00Z', ...told }]);
    expect(row).toMatchObject({ last, sum: last, ignored: 0n });
  });

  it.each([
    ['a fraction as a number', { value: 1.5 }],
    ['more than a safe integer', { value: 2 ** 53 }],
    ['less than nothing', { value: -1 }],
    ['less than nothing as text', { value: '-1' }],
    ['an exponent', { value: '1e3' }],
    ['13 decimals', { value: '0.0000000000001' }],
    ['19 digits', { value: '1000000000000000000' }],
    ['a word', { value: 'many' }],
    ['an empty text', { value: '' }],
    ['a line after the digits', { value: '1\n' }],
    ['nothing at all', { value: null }],
    ['a list', { value: ['1'] }],
    ['no object', { value: '', data: '"12"' }],
    ['no data', { value: '', data: '' }],
  ])('are ignored, and counted as that, when they say %s', async (_, told) => {
    const rows = await ask([
      { at: '2026-10-31T09:00:00Z', value: '2' },
      { at: '2026-10-31T10:00:00Z', ...told },
      { at: '2026-11-01T10:00:00Z', ...told, type: 'meter.flow' },
    ]);
    expect(rows).toEqual([
      { type: 'meter.flow', index: 1, last: null, largest: null, sum: null, ignored: 1n },
      { type: 'meter.level', index: 0, last: '2', largest: '2', sum: '2', ignored: 1n },
    ]);
  });
});
