import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { counted, exchange, fuzz } from '../testing/fuzzing.ts';
import {
  openTestCollector,
  startIngest,
  TEST_KEY,
  type TestCollector,
  type TestIngest,
} from '../testing/ingest.ts';

const CORPUS = fileURLToPath(new URL('./corpus/', import.meta.url));
const PAYLOADS = 3_000;

let collector: TestCollector;
let ingest: TestIngest;
let counting: ReturnType<typeof counted>;
let port: number;
beforeAll(async () => {
  collector = await openTestCollector();
  counting = counted(collector);
  ingest = await startIngest({ collector: counting });
  port = Number(new URL(ingest.url).port);
});
afterAll(async () => {
  await ingest.close();
  await collector.close();
});

/** A file of the corpus is a payload: the head's lines, an empty line, the body's bytes. */
function corpus(): { name: string; path: string; headers: string[]; body: Buffer }[] {
  return readdirSync(CORPUS).map((name) => {
    const bytes = readFileSync(join(CORPUS, name));
    const end = bytes.indexOf('\n\n');
    const [path = '', ...headers] = bytes.subarray(0, end).toString('latin1').split('\n');
    return { name, path, headers, body: bytes.subarray(end + 2) };
  });
}

it.each(corpus())('$name is answered as its name says', async ({ name, ...payload }) => {
  const { status } = await exchange(port, TEST_KEY, payload);
  expect(status).toBe(Number(name.split('-')[0]));
});

it(`answers ${PAYLOADS} hostile payloads without a server error, and accounts for every event`, async () => {
  const { told } = await fuzz(port, TEST_KEY, PAYLOADS);
  const [stored] = await collector.stored(
    `SELECT (SELECT count() FROM {{database}}.requests) + (SELECT count() FROM {{database}}.events) AS accepted,
       (SELECT count() FROM {{database}}.rejected WHERE segment = '') AS rejected,
       (SELECT count() FROM {{database}}.rejected WHERE segment != '') AS refused`,
    z.object({
      accepted: z.string().transform(Number),
      rejected: z.string().transform(Number),
      refused: z.string().transform(Number),
    }),
  );
  const { account } = counting;
  expect(stored).toEqual({ accepted: account.accepted, rejected: account.rejected, refused: 0 });
  expect(told.accepted).toBeGreaterThan(PAYLOADS / 4);
  expect(told.rejected).toBeGreaterThan(PAYLOADS / 4);
  expect(told.accepted).toBeLessThanOrEqual(account.accepted);
  expect(ingest.logger.lines.filter(({ level }) => level === 'error')).toEqual([]);
}, 120_000);
