import { afterAll, beforeAll, expect, it } from 'vitest';
import { REQUEST_COLUMNS } from '../record/line.ts';
import type { RequestRecord } from '../record/request-record.ts';
import { openStore, type Store, type StoreAddress } from '../store/store.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { testLogger } from '../testing/engine.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { type RecordedColumn, RecordedRequests } from './recorded-requests.ts';
import { tenantScope } from './tenant-scope.ts';

/** 1 October 2026, 00:00 in Jakarta. */
const START = Date.UTC(2026, 8, 30, 17);
const HOUR_MS = 3_600_000;
const OCTOBER_FIRST = { from: new Date(START), to: new Date(START + 24 * HOUR_MS) };
const LATER = new Date(Date.now() + HOUR_MS);

describeStores('RecordedRequests', (address: () => StoreAddress) => {
  let store: Store;
  let inserted = 0;

  beforeAll(async () => {
    store = openStore({ address: address(), logger: testLogger() });
    await store.migrate();
  });
  afterAll(() => store.close());

  async function insert(records: readonly RequestRecord[]): Promise<void> {
    inserted += 1;
    await store.insert({
      table: 'requests',
      columns: REQUEST_COLUMNS,
      token: `recorded-${inserted}`,
      lines: records.map((one) => encodedLine(one)).join(''),
    });
  }

  /** Pages of lines, without what ends them. */
  async function read(
    tenant: string,
    pageRows: number,
    {
      columns = ['trace_id'],
      storedBy = LATER,
    }: { columns?: readonly RecordedColumn[]; storedBy?: Date } = {},
  ): Promise<string[][]> {
    const pages: string[][] = [];
    const requests = new RecordedRequests(store, pageRows);
    for await (const page of requests.csv(tenantScope(tenant), { range: OCTOBER_FIRST, storedBy, columns })) {
      expect(page.endsWith('\r\n')).toBe(true);
      pages.push(page.slice(0, -2).split('\r\n'));
    }
    return pages;
  }

  it('gives each request of the span once, in the order of time, whatever the size of a page', async () => {
    const records = Array.from({ length: 500 }, (_, index) =>
      record({
        tenantId: tenantId('ours'),
        // Five of each microsecond, and not in order.
        ts: microseconds((START + HOUR_MS) * 1000 + Math.floor(((index * 7919) % 500) / 5)),
        traceId: String(index).padStart(32, '0'),
      }),
    );
    const outside = [-1, 24 * HOUR_MS].map((offset) =>
      record({ tenantId: tenantId('ours'), ts: microseconds((START + offset) * 1000) }),
    );
    await insert([...records, ...outside]);
    await insert([record({ tenantId: tenantId('theirs'), ts: microseconds(START * 1000) })]);
    for (const pageRows of [29, 100, 5_000]) {
      const traces = (await read('ours', pageRows)).flat();
      expect(traces.toSorted()).toEqual(records.map(({ traceId }) => `"${traceId}"`));
      const times = (await read('ours', pageRows, { columns: ['time'] })).flat();
      expect(times).toEqual(times.toSorted());
    }
  });

  it('leaves nothing out where requests of one microsecond have the same id', async () => {
    const one = record({ tenantId: tenantId('equal'), ts: microseconds((START + 5) * 1000) });
    await insert(Array.from({ length: 10 }, (_, index) => ({ ...one, instance: `instance-${index}` })));
    expect((await read('equal', 4)).flat()).toHaveLength(10);
  });

  it('tells of a request what was recorded, in the order that is asked for', async () => {
    const one = record({ tenantId: tenantId('exact'), ts: microseconds(START * 1000 + 7), bytesIn: 2 ** 40 });
    await insert([one]);
    const told: readonly (readonly [RecordedColumn, string])[] = [
      ['time', '"2026-09-30T17:00:00.000007Z"'],
      ['local_day', '"2026-10-01"'],
      ['endpoint', `"${one.endpoint}"`],
      ['method', '"GET"'],
      ['status', '200'],
      ['outcome', '"completed"'],
      ['kind', '"api"'],
      ['cache', '"none"'],
      ['duration_us', '1500'],
      ['bytes_in', String(2 ** 40)],
      ['bytes_out', '1000'],
      ['cpu_us', '300'],
      ['memory_kb_ms', '1200'],
      ['user_id', '"u1"'],
      ['user_role', '"learner"'],
      ['session_id', '"s1"'],
      ['trace_id', '""'],
    ];
    const columns: readonly RecordedColumn[] = ['user_id', 'status', 'local_day'];
    expect(await read('exact', 10, { columns })).toEqual([['"u1",200,"2026-10-01"']]);
    for (const [column, cell] of told) {
      expect(await read('exact', 10, { columns: [column] })).toEqual([[cell]]);
    }
  });

  it.each([
    ['a "quoted", long\nname', '"a ""quoted"", long\nname"'],
    ['=cmd()', `"'=cmd()"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@sum', `"'@sum"`],
    ['\tx', `"'\tx"`],
    ['\rx', `"'\rx"`],
    ['＝cmd()', `"'＝cmd()"`],
    ['a=b', '"a=b"'],
    ['ルート \\n é', '"ルート \\n é"'],
  ])('writes %j as a cell that is text for every reader', async (name, cell) => {
    const tenant = `text-${Buffer.from(name).toString('hex')}`;
    await insert([
      record({ tenantId: tenantId(tenant), ts: microseconds(START * 1000), endpoint: name, userId: name }),
    ]);
    expect(await read(tenant, 10, { columns: ['endpoint', 'user_id'] })).toEqual([[`${cell},${cell}`]]);
  });

  it('leaves out what was stored later', async () => {
    await insert([record({ tenantId: tenantId('late'), ts: microseconds(START * 1000) })]);
    expect(await read('late', 10, { storedBy: new Date(Date.now() - HOUR_MS) })).toEqual([]);
  });

  it('asks the store for nothing more once its reader stops', async () => {
    let asked = 0;
    const counting: Pick<Store, 'select'> = {
      select(question) {
        asked += 1;
        return store.select(question);
      },
    };
    const pages = new RecordedRequests(counting, 3).csv(tenantScope('ours'), {
      range: OCTOBER_FIRST,
      storedBy: LATER,
      columns: ['time'],
    });
    expect(asked).toBe(0);
    for await (const page of pages) {
      expect(page.length).toBeGreaterThan(0);
      break;
    }
    expect(asked).toBe(1);
  });
});
