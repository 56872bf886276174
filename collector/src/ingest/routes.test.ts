import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { IngestItem } from '../intake/intake.ts';
import { QuotaError } from '../spool/quota.ts';
import { SpoolError } from '../spool/spool-error.ts';
import {
  openTestCollector,
  startIngest,
  type TestCollector,
  type TestIngest,
  type TestIngestOptions,
} from '../testing/ingest.ts';

const NDJSON = { 'content-type': 'application/x-ndjson' };

const batchResult = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  rejected: z.number(),
  results: z.array(z.object({ index: z.number(), status: z.string(), reason: z.string().optional() })),
});
const problemDocument = z.object({
  type: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
});
const count = z.object({ rows: z.string().transform(Number) });

let nextId = 0;
/** A well-formed event as NDJSON has it, with an id of its own. */
function event(changes: object = {}): string {
  nextId += 1;
  return JSON.stringify({
    id: `e${nextId}`,
    ts: new Date().toISOString(),
    endpoint: '/orders/:id',
    method: 'GET',
    status: 200,
    duration_ms: 12.345,
    ...changes,
  });
}

async function withIngest(
  options: Partial<TestIngestOptions>,
  run: (other: TestIngest) => Promise<void>,
): Promise<void> {
  const other = await startIngest({ collector, ...options });
  try {
    await run(other);
  } finally {
    await other.close();
  }
}

async function codeOf(response: Response): Promise<string> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const { status, code, type } = problemDocument.parse(await response.json());
  expect(status).toBe(response.status);
  expect(type).toBe(`urn:riwayat:problem:${code}`);
  return code;
}

let collector: TestCollector;
let ingest: TestIngest;
beforeAll(async () => {
  collector = await openTestCollector();
  ingest = await startIngest({ collector });
});
afterAll(async () => {
  await ingest.close();
  await collector.close();
});

async function take(body: string | Buffer, headers: Record<string, string> = NDJSON, query = '') {
  const response = await ingest.send(`/v1/requests${query}`, body, headers);
  expect(response.status).toBe(202);
  return batchResult.parse(await response.json());
}

describe('POST /v1/requests', () => {
  it('stores every documented field, for the tenant of the key whatever the event says', async () => {
    const ts = new Date(Date.now() - 60_000).toISOString().replace('Z', '456Z');
    const body = event({
      id: 'full',
      source: 'checkout',
      ts,
      tenant_id: 'somebody-else',
      endpoint: '/full/:id?token=secret#here',
      method: 'POST',
      status: 201,
      duration_ms: 1.2345,
      bytes_in: 10,
      bytes_out: 2_000,
      user_id: 'ana é',
      user_role: 'cashier',
      session_id: 's-1',
      cpu_us: 321,
      memory_kb_ms: 654,
      cache: 'miss',
      kind: 'upload',
      trace_id: '5B8EFFF798038103D269B633813FC60C',
      instance: 'till-1',
      outcome: 'aborted',
      messages: 3,
      client_address: '203.0.113.9',
    });
    expect(await take(body)).toMatchObject({ accepted: 1, rejected: 0, results: [] });
    const [row] = await collector.stored(
      `SELECT toString(ts) AS ts, tenant_id, endpoint, method, status, toString(duration) AS duration,
         toString(bytes_in) AS bytes_in, toString(bytes_out) AS bytes_out, user_id, user_role, session_id,
         toString(cpu) AS cpu, toString(memory) AS memory, cache, kind, trace_id, instance, source, outcome, messages
       FROM {{database}}.requests WHERE endpoint LIKE '/full%'`,
      z.record(z.string(), z.unknown()),
    );
    expect(row).toEqual({
      ts: ts.replace('T', ' ').replace('Z', ''),
      tenant_id: 'shop',
      endpoint: '/full/:id',
      method: 'POST',
      status: 201,
      duration: '1235',
      bytes_in: '10',
      bytes_out: '2000',
      user_id: 'ana é',
      user_role: 'cashier',
      session_id: 's-1',
      cpu: '321',
      memory: '654',
      cache: 'miss',
      kind: 'upload',
      trace_id: '5b8efff798038103d269b633813fc60c',
      instance: 'till-1',
      source: 'live',
      outcome: 'aborted',
      messages: 3,
    });
  });

  it('counts an id once for a source, in one batch and in the next', async () => {
    const line = event({ id: 'once', endpoint: '/once' });
    const other = event({ id: 'once', endpoint: '/once', source: 'other' });
    expect(await take(`${line}\n${line}\n${other}`)).toMatchObject({ accepted: 2, duplicates: 1 });
    expect(await take(line)).toEqual({
      accepted: 0,
      duplicates: 1,
      rejected: 0,
      results: [{ index: 0, status: 'duplicate' }],
    });
    const [stored] = await collector.stored(
      "SELECT count() AS rows FROM {{database}}.requests WHERE endpoint = '/once'",
      count,
    );
    expect(stored?.rows).toBe(2);
  });

  it('names each refused event and the field at fault, takes its neighbours, and keeps what says nothing personal', async () => {
    const result = await take(
      [
        event(),
        '{"endpoint":',
        '[1]',
        event({
          id: 'faulty',
          source: 'kept',
          status: 'OK',
          user_id: 'ana',
          endpoint: '/kept?mail=ana@example.com',
        }),
        '',
        event({ ts: Date.now() + 600_000 }),
        event({ ts: Date.now() / 1_000 }),
        event({ user_id: 'a\r\nb' }),
        event(),
      ].join('\n'),
    );
    expect(result).toMatchObject({ accepted: 2, duplicates: 0, rejected: 6 });
    expect(result.results.map(({ index, reason = '' }) => [index, reason.split(':')[0]])).toEqual([
      [1, 'the line is not JSON'],
      [2, 'the event is not a JSON object'],
      [3, 'status must be a whole number from 100 to 599'],
      [4, 'ts is more than 5 minutes in the future'],
      [5, 'ts is older than 30 days'],
      [6, 'user_id must not contain control characters, lone surrogates or noncharacters'],
    ]);
    const [kept] = await collector.stored(
      "SELECT tenant_id, source, line FROM {{database}}.rejected WHERE event_id = 'faulty'",
      z.object({ tenant_id: z.string(), source: z.string(), line: z.string() }),
    );
    expect(kept).toMatchObject({ tenant_id: 'shop', source: 'kept' });
    expect(kept?.line).toContain('"/kept"');
    expect(kept?.line).not.toContain('ana');
  });

  it('takes gzip, deflate and br; arrays and single objects of JSON; CRLF, a byte order mark, no last newline', async () => {
    const gzipped = gzipSync(`\uFEFF${event()}\r\n${event()}\r\n\r\n`);
    expect(await take(gzipped, { ...NDJSON, 'content-encoding': 'gzip' })).toMatchObject({
      accepted: 2,
      rejected: 0,
    });
    const json = { 'content-type': 'application/json; charset=utf-8' };
    expect(await take(`[${event()},${event()}, 7]`, json)).toMatchObject({ accepted: 2, rejected: 1 });
    expect(await take(event(), json)).toMatchObject({ accepted: 1 });
    expect(await take('')).toMatchObject({ accepted: 0, rejected: 0 });
  });

  it('lists every event when asked to', async () => {
    const { results } = await take(`${event()}\n${event()}`, NDJSON, '?results=all');
    expect(results).toEqual([
      { index: 0, status: 'accepted' },
      { index: 1, status: 'accepted' },
    ]);
  });

  it('refuses the one line that is not UTF-8', async () => {
    const body = Buffer.concat([
      Buffer.from(`${event()}\n`),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from(event()),
    ]);
    expect(await take(body)).toMatchObject({ accepted: 2, rejected: 1, results: [{ index: 1 }] });
  });
});

describe('what is refused whole', () => {
  it('is what comes without a known key, or with one that lacks the scope', async () => {
    const nobody = await ingest.send('/v1/requests', event(), { ...NDJSON, authorization: 'Bearer other' });
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get('www-authenticate')).toContain('Bearer');
    expect(await codeOf(nobody)).toBe('authentication-required');
    await withIngest({ credential: { scopes: ['ingest:events'] } }, async ({ send }) => {
      expect(await codeOf(await send('/v1/requests', event(), NDJSON))).toBe('forbidden');
    });
  });

  it('is what is of another type or compressed in another way', async () => {
    expect(await codeOf(await ingest.send('/v1/requests', event(), { 'content-type': 'text/csv' }))).toBe(
      'unsupported-media-type',
    );
    const zstd = await ingest.send('/v1/requests', event(), { ...NDJSON, 'content-encoding': 'zstd' });
    expect(await codeOf(zstd)).toBe('unsupported-content-encoding');
    expect(zstd.headers.get('accept-encoding')).toContain('gzip');
    const broken = await ingest.send('/v1/requests', 'not gzip', { ...NDJSON, 'content-encoding': 'gzip' });
    expect(await codeOf(broken)).toBe('malformed-body');
    const cut = gzipSync(event()).subarray(0, 40);
    expect(
      await codeOf(await ingest.send('/v1/requests', cut, { ...NDJSON, 'content-encoding': 'gzip' })),
    ).toBe('malformed-body');
  });

  it('is a body or a batch that is too large, however small it is sent', async () => {
    await withIngest(
      { limits: { bodyBytes: 2_000, decompressedBytes: 3_000, events: 3 } },
      async ({ send }) => {
        expect(await codeOf(await send('/v1/requests', 'x'.repeat(2_001), NDJSON))).toBe('body-too-large');
        const gzip = { ...NDJSON, 'content-encoding': 'gzip' };
        expect(await codeOf(await send('/v1/requests', gzipSync('\n'.repeat(3_001)), gzip))).toBe(
          'body-too-large',
        );
        expect((await send('/v1/requests', gzipSync('\n'.repeat(3_000)), gzip)).status).toBe(202);
        const four = [event(), event(), event(), event()].join('\n');
        expect(await codeOf(await send('/v1/requests', four, NDJSON))).toBe('too-many-events');
      },
    );
  });

  it('is a body that decompression makes many times larger', async () => {
    const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024));
    const response = await ingest.send('/v1/requests', bomb, { ...NDJSON, 'content-encoding': 'gzip' });
    expect(response.status).toBe(413);
    expect(await response.text()).toContain('200 times');
  });

  it('is a body that does not come in time', async () => {
    await withIngest({ limits: { bodyTimeoutMs: 50 } }, async ({ url }) => {
      const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
        const slow = httpRequest(
          `${url}/v1/requests`,
          {
            method: 'POST',
            headers: { ...NDJSON, authorization: 'Bearer test-key', 'content-length': '100' },
          },
          (response) => {
            let body = '';
            response.setEncoding('utf8').on('data', (chunk: string) => {
              body += chunk;
            });
            response.on('end', () => resolve({ status: response.statusCode, body }));
          },
        );
        slow.on('error', reject);
        slow.write('{');
      });
      expect(answer.status).toBe(408);
      expect(answer.body).toContain('urn:riwayat:problem:request-timeout');
    });
  });

  it('is what would make the process hold too much at one time, until others are done', async () => {
    let finish = (): void => undefined;
    let asked = (): void => undefined;
    const reached = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const waiting = {
      ingest: async (_tenant: string, items: readonly IngestItem[]) => {
        asked();
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return items.map(() => ({ status: 'accepted' }) as const);
      },
    };
    const line = event();
    await withIngest({ collector: waiting, limits: { heldBytes: 1.5 * line.length } }, async ({ send }) => {
      const first = send('/v1/requests', line, NDJSON);
      await reached;
      const refused = await send('/v1/requests', line, NDJSON);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await codeOf(refused)).toBe('overloaded');
      finish();
      expect((await first).status).toBe(202);
      await (await first).arrayBuffer();
      const third = send('/v1/requests', line, NDJSON);
      const ending = setInterval(() => finish(), 5);
      expect((await third).status).toBe(202);
      clearInterval(ending);
    });
  });

  it('is what comes faster than the key may send, until it has been waited for', async () => {
    await withIngest({ credential: { eventsPerSecond: 1, burst: 2 } }, async ({ send }) => {
      expect((await send('/v1/requests', `${event()}\n${event()}`, NDJSON)).status).toBe(202);
      const refused = await send('/v1/requests', event(), NDJSON);
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(await codeOf(refused)).toBe('too-many-requests');
    });
  });

  it.each([
    [new SpoolError('spool-write-failed', 'no space left'), 503, 'spool-unavailable'],
    [new QuotaError('spool-full', 7), 503, 'spool-full'],
    [new QuotaError('tenant-quota', 7), 429, 'tenant-quota'],
  ])('is what the spool does not take: %s', async (error, status, code) => {
    const collector = { ingest: async () => Promise.reject(error) };
    await withIngest({ collector }, async ({ send }) => {
      const response = await send('/v1/requests', event(), NDJSON);
      expect(response.status).toBe(status);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await codeOf(response)).toBe(code);
    });
  });
});

describe('the acknowledgement', () => {
  it('waits for the disk', async () => {
    let onDisk = (): void => undefined;
    let asked = (): void => undefined;
    const reached = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const collector = {
      ingest: async (_tenant: string, items: readonly IngestItem[]) => {
        asked();
        await new Promise<void>((resolve) => {
          onDisk = resolve;
        });
        return items.map(() => ({ status: 'accepted' }) as const);
      },
    };
    await withIngest({ collector }, async ({ send }) => {
      let answered = false;
      const response = send('/v1/requests', event(), NDJSON).then((answer) => {
        answered = true;
        return answer;
      });
      await reached;
      expect(answered).toBe(false);
      onDisk();
      expect((await response).status).toBe(202);
    });
  });
});
