import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { TenantId } from '@riwayat/collector';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sessionSecret } from '../config.ts';
import { DownloadLinks } from '../files/download-link.ts';
import { newFileKey } from '../files/file-key.ts';
import { FileMissingError } from '../files/file-store.ts';
import { fileSweep } from '../files/sweep.ts';
import { TENANT_ROLES } from '../identity/permissions.ts';
import { tenantRow } from '../tenants/tenant.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { pdf, png } from '../testing/samples.ts';
import { announceMaterial } from './announce.ts';
import { MATERIALS_FOLDER, materialBody, materialPage } from './material.ts';
import { statisticsBody } from './statistics.ts';
import { SWEPT_MATERIALS } from './sweep.ts';

const OURS = tenantRow.shape.id.parse('ours');
const THEIRS = tenantRow.shape.id.parse('theirs');
const problemBody = z.looseObject({ code: z.string(), detail: z.string() });

let application: TestApplication;
const tokens = new Map<string, string>();

beforeAll(async () => {
  application = await startApplication();
  for (const tenant of ['ours', 'theirs']) {
    await application.createTenant(tenant, TENANT_ROLES);
    for (const role of ['administrator', 'mentor', 'member'] as const) {
      tokens.set(`${role} of ${tenant}`, await application.tokenOf(tenant, role));
    }
  }
});
afterAll(() => application.stop());
beforeEach(async () => {
  await sql`delete from materials`.execute(application.services.database.db);
});

/** Asks over HTTP as somebody, `member of ours`. */
function as(who: string, method: string, path: string, body?: FormData): Promise<Response> {
  return fetch(`${application.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${tokens.get(who)}` },
    ...(body && { body }),
  });
}

function form(title: string, content = pdf(), name = 'Aljabar “1”.pdf'): FormData {
  const made = new FormData();
  made.set('title', title);
  made.set('description', `About ${title}`);
  made.set('file', new Blob([new Uint8Array(content)]), name);
  return made;
}

async function publish(title: string, who = 'mentor of ours', content = pdf()) {
  const answer = await as(who, 'POST', '/api/materi', form(title, content));
  expect(answer.status).toBe(201);
  return materialBody.parse(await answer.json());
}

async function link(id: string, who = 'member of ours'): Promise<string> {
  const answer = await as(who, 'POST', `/api/materi/${id}/unduh`);
  expect(answer.status).toBe(200);
  return z.object({ url: z.string() }).parse(await answer.json()).url;
}

async function filesOf(tenant: string): Promise<string[]> {
  const directory = join(application.config.dataDirectory, 'files');
  const kept = await readdir(join(directory, tenant, 'materials')).catch(() => []);
  return [...kept, ...(await readdir(join(directory, '.incoming')))];
}

describe('publishing', () => {
  it('keeps the file, writes the act down, and leaves the news to a job', async () => {
    const before = await filesOf('ours');
    const material = await publish('Aljabar');
    expect(material).toMatchObject({
      title: 'Aljabar',
      description: 'About Aljabar',
      file_name: 'Aljabar “1”.pdf',
      content_type: 'application/pdf',
      bytes: pdf().length,
      published_by: { name: 'mentor of ours' },
    });
    expect(await filesOf('ours')).toHaveLength(before.length + 1);
    const { db } = application.services.database;
    const acts = await db.selectFrom('audit_log').selectAll().where('subject_id', '=', material.id).execute();
    expect(acts).toMatchObject([
      {
        action: 'material.published',
        tenant_id: 'ours',
        actor_role: 'mentor',
        details: { title: 'Aljabar' },
      },
    ]);
  });

  it('tells each learner once, however often the job is run, and nobody of a material that is gone', async () => {
    const { database } = application.services;
    const { id } = await publish('Geometri');
    // Whether the workers were there first or not: once.
    await Promise.all([1, 2, 3].map(() => announceMaterial(database, { tenantId: OURS, material: id })));
    const told = await database.db
      .selectFrom('notifications')
      .innerJoin('users', 'users.id', 'notifications.user_id')
      .where(sql<string>`notifications.values->>'material'`, '=', id)
      .select(['users.name', 'notifications.tenant_id', 'notifications.values'])
      .execute();
    expect(told).toEqual([
      { name: 'member of ours', tenant_id: 'ours', values: { material: id, title: 'Geometri' } },
    ]);
    expect(await announceMaterial(database, { tenantId: OURS, material: 'mat_gone' })).toBe(0);
  });

  it('has the news told by itself', async () => {
    const { db } = application.services.database;
    const { id } = await publish('Kabar');
    const told = () =>
      db
        .selectFrom('notifications')
        .where(sql<string>`values->>'material'`, '=', id)
        .select('kind')
        .execute();
    await expect.poll(told, { timeout: 10_000 }).toEqual([{ kind: 'material.published' }]);
  });

  it.each([
    ['a picture', form('x', png(), 'x.pdf'), 415, 'file-type-refused'],
    ['no title', form(''), 400, 'invalid-request'],
    ['a title that Postgres cannot hold', form('a\0b'), 400, 'invalid-request'],
  ])('refuses %s and keeps nothing', async (_what, body, status, code) => {
    const before = await filesOf('ours');
    const answer = await as('mentor of ours', 'POST', '/api/materi', body);
    expect({ status: answer.status, code: problemBody.parse(await answer.json()).code }).toEqual({
      status,
      code,
    });
    expect(await filesOf('ours')).toEqual(before);
  });

  it('leaves no file when the row cannot be written', async () => {
    const before = await filesOf('ours');
    const { db } = application.services.database;
    await sql`alter table materials add constraint unlucky check (title <> 'Thirteen')`.execute(db);
    const answer = await as('mentor of ours', 'POST', '/api/materi', form('Thirteen'));
    await sql`alter table materials drop constraint unlucky`.execute(db);
    expect(answer.status).toBe(500);
    expect(JSON.stringify(await answer.json())).not.toContain('unlucky');
    expect(await filesOf('ours')).toEqual(before);
  });
});

describe('finding', () => {
  it('lists by pages, newest first, and searches', async () => {
    const titles = ['Satu', 'Dua', 'Tiga'];
    for (const title of titles) {
      await publish(title);
    }
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const answer: Response = await as(
        'member of ours',
        'GET',
        `/api/materi?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      const page = materialPage.parse(await answer.json());
      found.push(...page.data.map(({ title }) => title));
      cursor = page.next_cursor;
    }
    expect(found).toEqual(['Tiga', 'Dua', 'Satu']);
    const searched = await as('member of ours', 'GET', '/api/materi?q=du');
    expect(materialPage.parse(await searched.json()).data.map(({ title }) => title)).toEqual(['Dua']);
  });

  it('shows nothing of it to another tenant, whatever is asked for', async () => {
    const { id } = await publish('Rahasia');
    const their = 'administrator of theirs';
    expect(materialPage.parse(await (await as(their, 'GET', '/api/materi')).json()).data).toEqual([]);
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/unduh'],
      ['DELETE', ''],
    ] as const) {
      expect((await as(their, method, `/api/materi/${id}${path}`)).status).toBe(404);
    }
    expect((await as('member of ours', 'GET', `/api/materi/${id}`)).status).toBe(200);
  });
});

describe('downloading', () => {
  it('gives the file, named, typed and harmless, to whoever has the link', async () => {
    const content = pdf({ bytes: 200_000 });
    const { id } = await publish('Besar', 'mentor of ours', content);
    const url = await link(id);
    const answer = await fetch(`${application.url}${url}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(content)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': '200000',
      'content-disposition':
        'attachment; filename="Aljabar _1_.pdf"; filename*=UTF-8\'\'Aljabar%20%E2%80%9C1%E2%80%9D.pdf',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining('sandbox'),
      'accept-ranges': 'bytes',
    });
    const etag = answer.headers.get('etag') ?? '';
    const again = await fetch(`${application.url}${url}`, { headers: { 'if-none-match': etag } });
    expect(again.status).toBe(304);
  });

  it.each([
    ['bytes=0-3', 206, '%PDF', 'bytes 0-3/1000'],
    ['bytes=-6', 206, '%%EOF\n', 'bytes 994-999/1000'],
    ['bytes=994-', 206, '%%EOF\n', 'bytes 994-999/1000'],
    ['bytes=994-99999999999999999999', 206, '%%EOF\n', 'bytes 994-999/1000'],
    ['bytes=1000-', 416, undefined, 'bytes */1000'],
    ['bytes=-0', 416, undefined, 'bytes */1000'],
    ['bytes=5-2', 200, undefined, null],
    ['bytes=0-1,5-6', 200, undefined, null],
    ['lines=1-2', 200, undefined, null],
  ])('answers the range %s with %i', async (range, status, text, contentRange) => {
    const { id } = await publish('Bagian', 'mentor of ours', pdf({ bytes: 1000 }));
    const answer = await fetch(`${application.url}${await link(id)}`, { headers: { range } });
    expect({ status: answer.status, range: answer.headers.get('content-range') }).toEqual({
      status,
      range: contentRange,
    });
    const body = await answer.text();
    expect(text === undefined || body === text).toBe(true);
    const other = await fetch(`${application.url}${await link(id)}`, {
      headers: { range, 'if-range': '"another"' },
    });
    expect(other.status).toBe(200);
    await other.body?.cancel();
  });

  it('refuses links that are forged, of another file, expired, or of a file that is gone', async () => {
    const { id } = await publish('Tautan');
    const url = await link(id);
    const [content = '', signature = ''] = url.split('/').at(-1)?.split('.') ?? [];
    const claims = z
      .object({ k: z.string(), n: z.string(), t: z.string(), e: z.number() })
      .parse(JSON.parse(Buffer.from(content, 'base64url').toString()));
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const get = async (token: string) => {
      const answer = await fetch(`${application.url}/api/files/${token}`);
      return { status: answer.status, code: problemBody.parse(await answer.json()).code };
    };
    const forged = { status: 404, code: 'not-found' };
    expect(await get(`${encoded({ ...claims, e: claims.e + 1 })}.${signature}`)).toEqual(forged);
    expect(
      await get(`${encoded({ ...claims, k: newFileKey(OURS, 'materials', 'pdf') })}.${signature}`),
    ).toEqual(forged);
    expect(await get(`${content}.${signature.slice(0, -1)}`)).toEqual(forged);
    expect(await get(`${content}.${signature}A`)).toEqual(forged);
    expect(await get(`${content}x.${signature}`)).toEqual(forged);
    expect(await get('..%2f..%2fetc%2fpasswd')).toEqual({ status: 400, code: 'invalid-request' });

    const yesterday = new DownloadLinks({
      secret: sessionSecret(application.config),
      now: () => new Date(Date.now() - 86_400_000),
    });
    const old = yesterday.url(claims.k, {
      expiresSeconds: 3_600,
      fileName: 'x.pdf',
      contentType: 'application/pdf',
    });
    expect(await get(old.split('/').at(-1) ?? '')).toEqual({ status: 410, code: 'link-expired' });

    expect((await as('mentor of ours', 'DELETE', `/api/materi/${id}`)).status).toBe(204);
    expect(await get(url.split('/').at(-1) ?? '')).toEqual(forged);
  });

  it('is counted as usage of the tenant whose file it is, as a download', async () => {
    const { id } = await publish('Hitung');
    await (await fetch(`${application.url}${await link(id)}`)).arrayBuffer();
    const { collector } = application.services;
    await collector.drain();
    const answer = await as('administrator of ours', 'GET', '/api/v1/tenant/usage/detailed');
    expect(JSON.stringify(await answer.json())).toContain('/api/files/:token');
  });
});

describe('taking away', () => {
  it('takes the file too, once, however many do it at the same time', async () => {
    const { id } = await publish('Hapus');
    const before = await filesOf('ours');
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => as('administrator of ours', 'DELETE', `/api/materi/${id}`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 404, 404, 404, 404, 404]);
    expect(await filesOf('ours')).toHaveLength(before.length - 1);
  });

  it('is a mentor’s right for the own materials only', async () => {
    const { id } = await publish('Milik admin', 'administrator of ours');
    const answer = await as('mentor of ours', 'DELETE', `/api/materi/${id}`);
    expect(answer.status).toBe(403);
    expect(problemBody.parse(await answer.json()).detail).toContain('their own');
    expect((await as('member of ours', 'GET', `/api/materi/${id}`)).status).toBe(200);
  });
});

it('tells teachers how their materials are used, at most five minutes late, and at once after they publish', async () => {
  const first = await publish('Pertama');
  await publish('Milik admin', 'administrator of ours');
  await link(first.id);
  await link(first.id);
  await link(first.id, 'administrator of ours');
  const statistics = async (who: string) => {
    const answer = await as(who, 'GET', '/api/materi/statistik');
    return { cache: answer.headers.get('x-cache'), ...statisticsBody.parse(await answer.json()) };
  };
  const own = await statistics('mentor of ours');
  expect(own).toMatchObject({
    cache: 'MISS',
    learners: 1,
    materials: 1,
    engagement: [{ id: first.id, downloads: 3, learners: 2 }],
  });
  expect(own.recent[0]).toMatchObject({
    action: 'material.published',
    by: 'mentor of ours',
    title: 'Pertama',
  });
  expect(await statistics('mentor of ours')).toEqual({ ...own, cache: 'HIT' });
  expect(await statistics('administrator of ours')).toMatchObject({ cache: 'MISS', materials: 2 });
  expect(await statistics('administrator of theirs')).toMatchObject({ materials: 0, recent: [] });
  await publish('Kedua');
  expect(await statistics('mentor of ours')).toMatchObject({ cache: 'MISS', materials: 2 });
});

it('finds files that nothing stands for, once they are a day old, and leaves all others', async () => {
  const { database, files } = application.services;
  const { id } = await publish('Punya baris');
  const keep = (tenant: TenantId) =>
    files.write(newFileKey(tenant, MATERIALS_FOLDER, 'pdf'), Readable.from([pdf()]), 'application/pdf');
  const [orphan, young, theirs] = [await keep(OURS), await keep(OURS), await keep(THEIRS)];
  const dayAgo = new Date(Date.now() - 25 * 3_600_000);
  const pathOf = (key: string) => join(application.config.dataDirectory, 'files', key);
  const { file_key } = await database.db
    .selectFrom('materials')
    .select('file_key')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  for (const key of [file_key, orphan.key, theirs.key]) {
    await utimes(pathOf(key), dayAgo, dayAgo);
  }
  await fileSweep(SWEPT_MATERIALS, database, files).run(
    { tenantId: 'ours', date: '2026-11-21' },
    {
      jobId: '1',
      attempt: 1,
      lastAttempt: false,
      signal: new AbortController().signal,
    },
  );
  const sizes = [file_key, young.key, theirs.key].map((key) => files.size(key));
  expect(await Promise.all(sizes)).toEqual(sizes.map(() => pdf().length));
  await expect(files.size(orphan.key)).rejects.toThrow(FileMissingError);
});
