import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';

let application: TestApplication;
beforeAll(async () => {
  application = await startApplication();
  await application.createTenant('ours', ['mentor']);
  await application.createTenant('theirs', []);
});
afterAll(() => application.stop());

async function list(path: string, tenant = 'ours', headers: Record<string, string> = {}) {
  const answer = await application.app.inject({
    url: `/api/public/${path}`,
    headers: { 'x-tenant': tenant, ...headers },
  });
  const { statusCode: status } = answer;
  return {
    status,
    cache: answer.headers['x-cache'],
    etag: String(answer.headers.etag),
    rows: status === 200 ? answer.json().data.length : undefined,
  };
}

async function offer(title: string): Promise<void> {
  const answer = await application.app.inject({
    method: 'POST',
    url: '/api/mentor/kursus',
    headers: { authorization: `Bearer ${await application.tokenOf('ours', 'mentor')}` },
    payload: { title, subject: 'Matematika', price_idr: 50_000 },
  });
  expect(answer.statusCode, answer.body).toBe(201);
}

it('answers the beginning of a list from the cache until a course is offered', async () => {
  expect(await list('kursus')).toMatchObject({ cache: 'MISS', rows: 0 });
  const before = await list('kursus');
  expect(before).toMatchObject({ cache: 'HIT', rows: 0 });
  expect(await list('mentor')).toMatchObject({ cache: 'MISS', rows: 0 });
  await offer('Aljabar');
  expect(await list('kursus', 'ours', { 'if-none-match': before.etag })).toMatchObject({
    cache: 'MISS',
    rows: 1,
  });
  expect(await list('mentor')).toMatchObject({ cache: 'MISS', rows: 1 });
  const after = await list('kursus');
  expect(after).toMatchObject({ cache: 'HIT', rows: 1 });
  expect(await list('kursus', 'ours', { 'if-none-match': after.etag })).toMatchObject({ status: 304 });
  expect(await list('kursus', 'theirs')).toMatchObject({ cache: 'MISS', rows: 0 });
});

it('reads searches each time', async () => {
  for (let time = 0; time < 2; time += 1) {
    expect(await list('kursus?q=aljabar')).toMatchObject({ cache: undefined, rows: 1 });
    expect(await list('mentor?q=nobody')).toMatchObject({ cache: undefined, rows: 0 });
  }
});
