import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../engine.ts';
import { type Fault, insertsInto } from './faults.ts';
import { type ClickHouseServer, startClickHouse } from './server.ts';

let server: ClickHouseServer;
let client: ClickHouseClient;
beforeAll(async () => {
  server = await startClickHouse({
    path: temporaryDirectory(),
    users: { default: '', writer: 'secret:word' },
    random: () => 0.5,
  });
  client = createClient({
    url: server.url,
    request_timeout: 1_000,
    log: { level: ClickHouseLogLevel.OFF },
    compression: { request: true, response: true },
  });
});
beforeEach(async () => {
  await client.command({
    query: `CREATE OR REPLACE TABLE numbered (n UInt32, name String) ENGINE = MergeTree ORDER BY n
            SETTINGS non_replicated_deduplication_window = 100`,
  });
});
afterEach(() => server.clear());
afterAll(async () => {
  await client.close();
  await server.close();
});

describe('the ClickHouse server', () => {
  it('binds parameters, and keeps no setting for the next statement', async () => {
    const ask = async (settings: Record<string, string>) => {
      const answer = await client.query({
        query:
          "SELECT {text:String} AS text, {list:Array(UInt8)} AS list, getSetting('max_threads') AS threads",
        query_params: { text: "a\tb\n'c\\d", list: [1, 2] },
        clickhouse_settings: settings,
        format: 'JSONEachRow',
      });
      return answer.json();
    };
    const [first] = await ask({ max_threads: '7' });
    expect(first).toEqual({ text: "a\tb\n'c\\d", list: [1, 2], threads: 7 });
    const [second] = await ask({});
    expect(second).not.toMatchObject({ threads: 7 });
  });

  it('takes rows as a compressed stream and tells how many it wrote', async () => {
    const { summary, query_id } = await client.insert({
      table: 'numbered',
      columns: ['n', 'name'],
      values: Readable.from(Array.from({ length: 2_000 }, (_, n) => [n, `name ${n}`])),
      format: 'JSONCompactEachRow',
      query_id: 'insert-1',
      clickhouse_settings: { async_insert: 0 },
    });
    expect(query_id).toBe('insert-1');
    expect(summary).toMatchObject({ written_rows: '2000' });
    expect(await count()).toBe(2_000);
  });

  it('puts the parameter and the body together, and reads both ways in gzip', async () => {
    const inserted = await fetch(
      `${server.url}/?query=${encodeURIComponent('INSERT INTO numbered FORMAT JSONEachRow')}&async_insert=0`,
      {
        method: 'POST',
        headers: { 'content-encoding': 'gzip' },
        body: gzipSync('{"n":1,"name":"é"}\n{"n":2,"name":"x"}\n'),
      },
    );
    expect(inserted.status).toBe(200);
    const raw = await fetch(
      `${server.url}/?enable_http_compression=1&default_format=JSON&database=system&query_id=q-7`,
      {
        method: 'POST',
        headers: { 'accept-encoding': 'gzip' },
        body: 'SELECT name FROM default.numbered ORDER BY n',
      },
    );
    expect(Object.fromEntries(raw.headers)).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/json; charset=UTF-8',
      'x-clickhouse-format': 'JSON',
      'x-clickhouse-query-id': 'q-7',
      'x-clickhouse-summary': expect.stringContaining('"read_rows":"2"'),
    });
    expect(await raw.json()).toMatchObject({ data: [{ name: 'é' }, { name: 'x' }] });
  });

  it('answers exceptions as ClickHouse does', async () => {
    const refused = await fetch(server.url, { method: 'POST', body: 'SELECT * FROM nowhere' });
    expect(refused.status).toBe(404);
    expect(refused.headers.get('x-clickhouse-exception-code')).toBe('60');
    expect(await refused.text()).toMatch(
      /^Code: 60\. DB::Exception: .*\(UNKNOWN_TABLE\) \(version 26\..*\)\n$/s,
    );
    await expect(
      client.insert({ table: 'numbered', values: [['x', 'y']], format: 'JSONCompactEachRow' }),
    ).rejects.toThrow(expect.objectContaining({ code: '27' }));
    const written = await fetch(`${server.url}/?query=DROP+TABLE+numbered`);
    expect(written.headers.get('x-clickhouse-exception-code')).toBe('164');
    const cut = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync('SELECT 1').subarray(0, 12),
    });
    expect(cut.headers.get('x-clickhouse-exception-code')).toBe('354');
  });

  it('knows its users, by Basic authentication, header and parameter', async () => {
    const ask = (query: string, headers: Record<string, string>) =>
      fetch(`${server.url}/?query=SELECT+1${query}`, { headers }).then(({ status }) => status);
    const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
    expect(await ask('', basic('writer:secret:word'))).toBe(200);
    expect(await ask('', basic('writer:wrong'))).toBe(403);
    expect(await ask('', { 'x-clickhouse-user': 'writer', 'x-clickhouse-key': 'secret:word' })).toBe(200);
    expect(await ask('&user=writer&password=wrong', {})).toBe(403);
    expect(await fetch(`${server.url}/ping`).then((answer) => answer.text())).toBe('Ok.\n');
  });
});

describe('faults', () => {
  const insert = (token: string, lines = '[1,"x"]\n') =>
    client.command({
      query: `INSERT INTO numbered SETTINGS async_insert = 0, insert_deduplication_token = '${token}'
              FORMAT JSONCompactEachRow\n${lines}`,
    });

  it.each<{ name: string; fault: Fault; stored: number; reason: RegExp }>([
    {
      // A connection kept alive may be chosen before the client has seen it close.
      name: 'refusing',
      fault: { kind: 'refuse' },
      stored: 0,
      reason: /ECONNREFUSED|ECONNRESET|hang up/,
    },
    {
      name: 'a reset in the request',
      fault: { kind: 'reset', during: 'request' },
      stored: 0,
      reason: /ECONNRESET|hang up|EPIPE/,
    },
    {
      name: 'a reset in the response',
      fault: { kind: 'reset', during: 'response' },
      stored: 1,
      reason: /ECONNRESET|aborted|hang up/,
    },
    { name: 'hanging', fault: { kind: 'hang' }, stored: 0, reason: /Timeout/ },
    { name: 'hanging with the rows', fault: { kind: 'hang', stored: true }, stored: 1, reason: /Timeout/ },
    {
      name: 'a 500 after storing',
      fault: { kind: 'exception', exception: 'NETWORK_ERROR', stored: true },
      stored: 1,
      reason: /Broken pipe/,
    },
    {
      name: 'no memory',
      fault: { kind: 'exception', exception: 'MEMORY_LIMIT_EXCEEDED' },
      stored: 0,
      reason: /Memory limit/,
    },
    {
      name: 'read-only',
      fault: { kind: 'exception', exception: 'TABLE_IS_READ_ONLY' },
      stored: 0,
      reason: /readonly/,
    },
    {
      name: 'too many parts',
      fault: { kind: 'exception', exception: 'TOO_MANY_PARTS' },
      stored: 0,
      reason: /Too many parts/,
    },
  ])(
    '$name: fails the insert with $stored stored, and the next one goes through',
    async ({ fault, stored, reason }) => {
      await server.inflict(fault);
      await expect(insert('a')).rejects.toThrow(reason);
      await server.clear();
      expect(await count()).toBe(stored);
      await insert('a');
      await insert('b');
      expect(await count()).toBe(2);
    },
  );

  it('tells a memory limit by its own code', async () => {
    await server.inflict({ kind: 'exception', exception: 'MEMORY_LIMIT_EXCEEDED' });
    await expect(insert('a')).rejects.toThrow(
      expect.objectContaining({ code: '241', type: 'MEMORY_LIMIT_EXCEEDED' }),
    );
  });

  it('lets bodies pass slowly', async () => {
    const lines = [...rows(400)].join('');
    await server.inflict({
      kind: 'slow',
      bytesPerSecond: lines.length * 3,
      statements: insertsInto('numbered'),
    });
    const start = performance.now();
    await insert('a', lines);
    expect(performance.now() - start).toBeGreaterThan(300);
    expect(await count()).toBe(400);
  });

  it('strikes the statements it is aimed at, so often, and by chance', async () => {
    const before = server.struck;
    await server.inflict({
      kind: 'exception',
      exception: 'TOO_MANY_PARTS',
      statements: insertsInto('numbered'),
      times: 2,
    });
    expect(await count()).toBe(0);
    await expect(insert('a')).rejects.toThrow();
    await expect(insert('a')).rejects.toThrow();
    await insert('a');
    await server.inflict({ kind: 'exception', exception: 'TOO_MANY_PARTS', probability: 0.4 });
    await insert('b');
    await server.inflict({ kind: 'exception', exception: 'TOO_MANY_PARTS', probability: 0.6 });
    await expect(insert('c')).rejects.toThrow();
    expect(server.struck - before).toBe(3);
  });
});

async function count(): Promise<number> {
  const answer = await client.query({ query: 'SELECT count() AS n FROM numbered', format: 'JSONEachRow' });
  const [row] = await answer.json<{ n: string }>();
  return Number(row?.n);
}

function* rows(number: number): Generator<string> {
  for (let n = 0; n < number; n += 1) {
    yield `[${n},"name ${n}"]\n`;
  }
}
