import { gunzipSync } from 'node:zlib';
import type { TenantId } from '@riwayat/collector';
import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { requestOf } from '../testing/records.ts';
import { dataExport, dataExportSweep } from './make-export.ts';

const URL = '/api/v1/tenant/data-exports';
const DAY_MS = 24 * 60 * 60 * 1_000;
const CONTEXT = { jobId: '1', attempt: 1, lastAttempt: true, signal: new AbortController().signal };

let application: TestApplication;
let ours: TenantId;
let administrator: string;
let others: string;

beforeAll(async () => {
  // The jobs are done by the tests, when they say so.
  application = await startApplication({ JOBS: 'off' });
  ours = await application.createTenant('ours', ['administrator', 'member']);
  await application.createTenant('theirs', ['administrator']);
  administrator = await application.tokenOf('ours', 'administrator');
  others = await application.tokenOf('theirs', 'administrator');
  application.services.collector.record(requestOf(ours, new Date()));
  await application.services.collector.drain();
});
afterAll(() => application.stop());

const send = (token: string, request: InjectOptions) =>
  application.app.inject({ ...request, headers: { authorization: `Bearer ${token}` } });
const post = (token: string, url: string) => send(token, { method: 'POST', url });
const parts = () => {
  const { database, files, collector } = application.services;
  return { database, files, usage: collector.usage };
};

it('makes a copy of everything that is the tenant’s, and of nothing else', async () => {
  const asked = await post(administrator, URL);
  expect(asked.statusCode).toBe(202);
  const { id } = asked.json();
  expect((await post(administrator, URL)).statusCode).toBe(409);
  expect((await post(administrator, `${URL}/${id}/download`)).statusCode).toBe(409);
  await dataExport(parts()).run({ tenantId: ours, id }, CONTEXT);

  const [made] = (await send(administrator, { url: URL })).json().data;
  expect(made).toMatchObject({ id, state: 'ready', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect((await send(others, { url: URL })).json().data).toEqual([]);
  expect((await post(others, `${URL}/${id}/download`)).statusCode).toBe(404);
  const link = (await post(administrator, `${URL}/${id}/download`)).json();
  expect(link.file_name).toMatch(/^ours-\d{4}-\d{2}-\d{2}\.ndjson\.gz$/);
  const file = await application.app.inject(link.url);
  expect(file.headers['content-type']).toBe('application/gzip');
  const text = gunzipSync(file.rawPayload).toString();
  const records = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(records).toHaveLength(made.records);
  expect(records[0]).toMatchObject({ record: 'export', tenant: { id: 'ours' } });
  const people = records.filter(({ record }) => record === 'person');
  expect(people.map(({ email }) => email).sort()).toEqual([
    'administrator@ours.example',
    'member@ours.example',
  ]);
  expect(records.filter(({ record }) => record === 'usage_of_day').length).toBeGreaterThan(0);
  const rules = records.filter(({ record }) => record === 'alert_rule');
  expect(rules.map(({ default_key }) => default_key)).toContain('error-rate');
  expect(rules[0].versions).toMatchObject([{ version: 1 }]);
  expect(text).not.toContain('theirs');
  expect(text).not.toContain('$argon2');

  const entries = await application.services.database.db
    .selectFrom('audit_log')
    .where('subject_id', '=', id)
    .select('action')
    .orderBy('id')
    .execute();
  expect(entries.map(({ action }) => action)).toEqual([
    'data.export-requested',
    'data.exported',
    'data.export-downloaded',
  ]);
  const inbox = (await send(administrator, { url: '/api/v1/account/notifications' })).json();
  expect(inbox.data[0].text).toBe('Salinan data Anda siap diunduh.');
});

it('says when a copy could not be made, and lets another be asked for', async () => {
  const { id } = (await post(administrator, URL)).json();
  const broken = { daily: () => Promise.reject(new Error('the store is away')) };
  const attempt = dataExport({ ...parts(), usage: broken });
  await expect(attempt.run({ tenantId: ours, id }, CONTEXT)).rejects.toThrow('the store is away');
  const [failed] = (await send(administrator, { url: URL })).json().data;
  expect(failed).toMatchObject({ id, state: 'failed' });
  expect((await post(administrator, URL)).statusCode).toBe(202);
});

it('deletes a copy after 90 days', async () => {
  const { database, files } = application.services;
  const row = await database.db
    .selectFrom('data_exports')
    .where('state', '=', 'ready')
    .select(['id', 'file_key'])
    .executeTakeFirstOrThrow();
  const deleted = vi.spyOn(files, 'delete');
  const sweep = (days: number) =>
    dataExportSweep({ database, files, now: () => new Date(Date.now() + days * DAY_MS) }).run(
      { tenantId: ours, date: '2026-11-22' },
      CONTEXT,
    );
  await sweep(89);
  expect(deleted).not.toHaveBeenCalled();
  await sweep(91);
  expect(deleted).toHaveBeenCalledWith(row.file_key);
  expect((await post(administrator, `${URL}/${row.id}/download`)).json().detail).toContain('expired');
});
