/*
 * Business events from the CloudEvents SDK and by hand, over a socket, into the store.
 */
import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  openTestCollector,
  startIngest,
  TEST_KEY,
  type TestCollector,
  type TestIngest,
} from '../testing/ingest.ts';

const STRUCTURED = { 'content-type': 'application/cloudevents+json' };
const BATCHED = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' };

const storedEvent = z.object({
  ts: z.string(),
  tenant_id: z.string(),
  id: z.string(),
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  data: z.string(),
  user_id: z.string(),
});
const answer = z.object({
  accepted: z.number(),
  duplicates: z.number(),
  rejected: z.number(),
  results: z.array(z.object({ reason: z.string().optional() })),
});

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

async function storedBy(source: string) {
  return collector.stored(
    `SELECT toString(ts) AS ts, tenant_id, id, source, type, subject, data, user_id
     FROM {{database}}.events WHERE source = '${source}' ORDER BY id`,
    storedEvent,
  );
}

describe('the CloudEvents SDK', () => {
  it.each([Mode.BINARY, Mode.STRUCTURED])('stores what it emits in %s mode', async (mode) => {
    const source = `/sdk/${mode}`;
    const emit = emitterFor(httpTransport(`${ingest.url}/v1/events`), { mode });
    const event = new CloudEvent({
      id: 'a 100%',
      source,
      type: 'com.example.member.joined',
      subject: 'members/42',
      time: '2026-11-21T12:00:00.123Z',
      userid: 'ana',
      data: { name: 'Euro € 😀', size: 3 },
    });
    await emit(event.cloneWith({ time: new Date(Date.now() - 1_000).toISOString() }), {
      headers: { authorization: `Bearer ${TEST_KEY}` },
    });
    expect(await storedBy(source)).toEqual([
      {
        ts: expect.stringMatching(/^2\d{3}-/),
        tenant_id: 'shop',
        id: 'a 100%',
        source,
        type: 'com.example.member.joined',
        subject: 'members/42',
        data: '{"name":"Euro € 😀","size":3}',
        user_id: 'ana',
      },
    ]);
  });

  it('is understood when it sends a batch', async () => {
    const source = '/sdk/batch';
    const event = (id: string) => new CloudEvent({ id, source, type: 't', time: new Date().toISOString() });
    const [first, second] = [event('1'), event('2')].map((one) => HTTP.structured(one).body);
    const response = await ingest.send('/v1/events', `[${first},${second},${second}]`, BATCHED);
    expect(response.status).toBe(202);
    expect(answer.parse(await response.json())).toMatchObject({ accepted: 2, duplicates: 1, rejected: 0 });
    expect((await storedBy(source)).map(({ id, data }) => [id, data])).toEqual([
      ['1', ''],
      ['2', ''],
    ]);
  });
});

/** Sends one structured event; gives the reason it is rejected for, or 'accepted'. */
async function verdict(changes: object): Promise<string> {
  const event = { specversion: '1.0', id: 'rules', source: '/rules', type: 't', ...changes };
  const response = await ingest.send('/v1/events', JSON.stringify(event), STRUCTURED);
  const { rejected, results } = answer.parse(await response.json());
  expect(response.status).toBe(rejected === 1 ? 400 : 202);
  return rejected === 1 ? (results[0]?.reason ?? '') : 'accepted';
}

describe('the rules of the specification', () => {
  it.each([
    [{ specversion: '0.3' }, 'specversion must be'],
    [{ id: '' }, 'id is missing'],
    [{ source: null }, 'source is missing'],
    [{ source: 'a b' }, 'source must be a URI reference'],
    [{ source: '/%zz' }, 'source must be a URI reference'],
    [{ type: 7 }, 'type must be a string'],
    [{ subject: '' }, 'subject is missing'],
    [{ subject: 'a\u0000b' }, 'subject must not contain control characters'],
    [{ time: 'yesterday' }, 'time must be a date and time by RFC 3339'],
    [{ time: '2026-02-30T00:00:00Z' }, 'time must be a date and time by RFC 3339'],
    [{ time: '2020-01-01T00:00:00Z' }, 'time is older than 30 days'],
    [{ datacontenttype: 'json' }, 'datacontenttype must be a media type'],
    [{ dataschema: 'relative' }, 'dataschema must be an absolute URI'],
    [{ My_Extension: 'x' }, 'an extension must have a name of at most 64 lower-case letters and digits'],
    [{ extension: { a: 1 } }, 'extension must be a string'],
    [{ extension: 2 ** 31 }, 'extension must be a whole number of 32 bits'],
    [{ data: 1, data_base64: 'AA==' }, 'data_base64 must not come together with data'],
    [{ data_base64: 'not base64' }, 'data_base64 must be a string of base64'],
    [{ datacontenttype: 'text/plain', data: {} }, 'data must be a string'],
    [{ data: 'x'.repeat(70_000) }, 'data must be at most 65536 bytes'],
    [
      { data: Array.from({ length: 65 }).reduce((inner: unknown) => [inner], 1) },
      'data must not nest deeper',
    ],
  ])('reject what breaks them (%#)', async (changes, reason) => {
    expect(await verdict(changes)).toContain(reason);
  });

  it.each([
    ['JSON', { data: { a: [1, null] } }, '{"a":[1,null]}'],
    ['an explicit null', { data: null }, 'null'],
    ['a JSON string', { data: 'text' }, '"text"'],
    ['text of another type', { datacontenttype: 'application/xml', data: '<a/>' }, '"<a/>"'],
    ['bytes', { datacontenttype: 'image/png', data_base64: '/wA=' }, '{"data_base64":"/wA="}'],
    ['JSON as bytes', { datacontenttype: 'application/json', data_base64: 'eyJhIjoxfQ==' }, '{"a":1}'],
    ['nothing', { extension: null, subject: null, time: null }, ''],
  ])('keep %s', async (name, changes, data) => {
    const source = `/data/${name.replaceAll(' ', '-')}`;
    expect(await verdict({ ...changes, source })).toBe('accepted');
    expect((await storedBy(source)).map((event) => event.data)).toEqual([data]);
  });
});

describe('binary mode', () => {
  const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-type': 't' };

  it('decodes quoted and percent-encoded headers once', async () => {
    const response = await ingest.send('/v1/events', 'plain', {
      ...headers,
      'ce-source': '/binary/decoded',
      'ce-subject': '"a \\"b\\" %E2%82%AC %2525"',
      'content-type': 'text/plain',
    });
    expect(response.status).toBe(202);
    const [event] = await storedBy('/binary/decoded');
    expect(event).toMatchObject({ subject: 'a "b" € %25', data: '"plain"' });
  });

  it.each([
    [{ 'ce-subject': '%C0%A0' }, 'ce-subject must be percent-encoded UTF-8'],
    [{ 'ce-datacontenttype': 'text/plain' }, 'ce-datacontenttype must not be sent'],
    [{ 'ce-subject': 'caf\u00e9' }, 'ce-subject must be percent-encoded'],
    [{ 'ce-specversion': '' }, 'specversion must be'],
  ])('rejects headers that break its rules (%#)', async (changes, reason) => {
    const response = await ingest.send('/v1/events', '', { ...headers, 'ce-source': '/binary', ...changes });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(reason);
  });

  it('rejects JSON that is none', async () => {
    const response = await ingest.send('/v1/events', '{"a":', {
      ...headers,
      'ce-source': '/binary',
      'content-type': 'application/json',
    });
    expect(await response.text()).toContain('data must be JSON, as its content type says');
  });

  it('answers 415 for a format of CloudEvents that is not JSON', async () => {
    const response = await ingest.send('/v1/events', 'x', { 'content-type': 'application/cloudevents+avro' });
    expect(response.status).toBe(415);
  });
});
