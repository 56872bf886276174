import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SYSTEM } from '../audit/audit.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import type { PageDocument } from './document.ts';
import { Pages } from './pages.ts';
import { seedPages } from './seed.ts';

const HOUR_MS = 3_600_000;
const ADMIN = '/api/admin/halaman';

let application: TestApplication;
const tokens = new Map<string, string>();
let clock = new Date('2026-11-21T03:00:00.000Z');

beforeAll(async () => {
  application = await startApplication({}, () => clock);
  await application.createTenant('ours', ['administrator', 'manager', 'member']);
  await application.createTenant('theirs', ['administrator']);
});
afterAll(() => application.stop());

function titled(title: string): PageDocument {
  return { title, blocks: [{ type: 'text', text: `This is ${title}.` }] };
}

async function as(
  request: InjectOptions,
  role: 'administrator' | 'manager' = 'administrator',
  tenant = 'ours',
) {
  const person = `${role} of ${tenant}`;
  const token = tokens.get(person) ?? (await application.tokenOf(tenant, role));
  tokens.set(person, token);
  return application.app.inject({
    ...request,
    headers: { ...request.headers, authorization: `Bearer ${token}` },
  });
}

function visit(slug: string, headers: Record<string, string> = {}) {
  return application.app.inject({
    url: `/api/public/halaman/${slug}`,
    headers: { 'x-tenant': 'ours', ...headers },
  });
}

/** Makes a page and publishes it. */
async function published(slug: string, title: string): Promise<void> {
  const made = await as({ method: 'POST', url: ADMIN, payload: { slug, document: titled(title) } });
  expect(made.statusCode, made.body).toBe(201);
  expect((await as({ method: 'POST', url: `${ADMIN}/${slug}/terbitkan` })).statusCode).toBe(200);
}

/** Saves over whatever is there. */
async function saved(slug: string, title: string) {
  return as({ method: 'PUT', url: `${ADMIN}/${slug}`, headers: { 'if-match': '*' }, payload: titled(title) });
}

async function audited(slug: string) {
  const rows = await application.services.database.db
    .selectFrom('audit_log')
    .where('tenant_id', '=', 'ours')
    .where('subject_kind', '=', 'page')
    .where('subject_id', '=', slug)
    .orderBy('id')
    .select(['action', 'actor_role', 'details'])
    .execute();
  return rows.map(({ action, actor_role, details }) => ({ action, role: actor_role, details }));
}

describe('a published page', () => {
  it('is read once, then answered from the cache, and the record of each request says which', async () => {
    await published('kopi', 'Kopi');
    const recorded = vi.spyOn(application.services.collector, 'record');
    const [first, second] = [await visit('kopi'), await visit('kopi')];
    expect(first.json()).toEqual({
      ...titled('Kopi'),
      slug: 'kopi',
      version: 1,
      published_at: clock.toISOString(),
    });
    expect([first.headers['x-cache'], second.headers['x-cache']]).toEqual(['MISS', 'HIT']);
    expect(second.body).toBe(first.body);
    expect(second.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'private, no-cache',
      etag: first.headers.etag,
    });
    const told = recorded.mock.calls.map(([{ tenantId, endpoint, cache }]) => ({
      tenantId,
      endpoint,
      cache,
    }));
    const endpoint = '/api/public/halaman/:slug';
    expect(told.filter((one) => one.endpoint === endpoint)).toEqual([
      { tenantId: 'ours', endpoint, cache: 'miss' },
      { tenantId: 'ours', endpoint, cache: 'hit' },
    ]);
  });

  it('is not sent to whoever has it already, until it changes', async () => {
    await published('teh', 'Teh');
    const { etag = '' } = (await visit('teh')).headers;
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await visit('teh', { 'if-none-match': String(known) });
      expect([known, answer.statusCode, answer.body]).toEqual([known, 304, '']);
    }
    await saved('teh', 'Teh tarik');
    await as({ method: 'POST', url: `${ADMIN}/teh/terbitkan` });
    const answer = await visit('teh', { 'if-none-match': String(etag) });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ title: 'Teh tarik', version: 2 });
  });

  it('changes with what is published, not with what is saved', async () => {
    await published('roti', 'Roti');
    await visit('roti');
    expect((await saved('roti', 'Roti bakar')).statusCode).toBe(200);
    expect((await visit('roti')).json()).toMatchObject({ title: 'Roti', version: 1 });
    await as({ method: 'POST', url: `${ADMIN}/roti/terbitkan` });
    const after = await visit('roti');
    expect(after.json()).toMatchObject({ title: 'Roti bakar', version: 2 });
    expect(after.headers['x-cache']).toBe('MISS');
  });

  it('is unknown until it is there, also to those who asked before, and again when it is deleted', async () => {
    const [first, second] = [await visit('nanti'), await visit('nanti')];
    expect([first.statusCode, second.statusCode]).toEqual([404, 404]);
    expect([first.headers['x-cache'], second.headers['x-cache']]).toEqual(['MISS', 'HIT']);
    const made = await as({
      method: 'POST',
      url: ADMIN,
      payload: { slug: 'nanti', document: titled('Nanti') },
    });
    expect(made.statusCode).toBe(201);
    expect((await visit('nanti')).statusCode).toBe(404);
    await as({ method: 'POST', url: `${ADMIN}/nanti/terbitkan` });
    expect((await visit('nanti')).statusCode).toBe(200);
    expect((await as({ method: 'DELETE', url: `${ADMIN}/nanti` })).statusCode).toBe(204);
    expect((await visit('nanti')).statusCode).toBe(404);
    expect((await as({ method: 'DELETE', url: `${ADMIN}/nanti` })).statusCode).toBe(404);
  });

  it('is asked of the database once by all who come at the same time', async () => {
    await published('ramai', 'Ramai');
    const { jsonCache } = application.services;
    await jsonCache.invalidate('pages/ours');
    const answers = await Promise.all(Array.from({ length: 50 }, () => visit('ramai')));
    expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
    expect((await visit('ramai')).headers['x-cache']).toBe('HIT');
  });

  it('is its tenant’s alone', async () => {
    await published('rahasia', 'Rahasia');
    await visit('rahasia');
    expect((await visit('rahasia', { 'x-tenant': 'theirs' })).statusCode).toBe(404);
    for (const request of [
      { url: `${ADMIN}/rahasia` },
      { url: `${ADMIN}/rahasia/versi` },
      { url: `${ADMIN}/rahasia/versi/1` },
      { method: 'PUT', url: `${ADMIN}/rahasia`, headers: { 'if-match': '*' }, payload: titled('Milik kami') },
      { method: 'POST', url: `${ADMIN}/rahasia/terbitkan` },
      { method: 'POST', url: `${ADMIN}/rahasia/kembalikan`, payload: { version: 1 } },
      { method: 'POST', url: `${ADMIN}/rahasia/pratinjau` },
      { method: 'DELETE', url: `${ADMIN}/rahasia` },
    ] satisfies InjectOptions[]) {
      expect([request, (await as(request, 'administrator', 'theirs')).statusCode]).toEqual([request, 404]);
    }
    expect((await as({ url: ADMIN }, 'administrator', 'theirs')).json()).toEqual({
      data: [],
      next_cursor: null,
    });
    expect((await visit('rahasia')).json()).toMatchObject({ title: 'Rahasia' });
  });
});

describe('editing', () => {
  it('saves on the version that was read; of two who read the same one, the second is told', async () => {
    await published('bersama', 'Bersama');
    const read = await as({ url: `${ADMIN}/bersama` });
    const headers = { 'if-match': String(read.headers.etag) };
    const save = (title: string) =>
      as({ method: 'PUT', url: `${ADMIN}/bersama`, headers, payload: titled(title) });
    const answers = await Promise.all([save('Satu'), save('Dua'), save('Tiga')]);
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 412, 412]);
    const refused = answers.find(({ statusCode }) => statusCode === 412);
    expect(refused?.json()).toMatchObject({ code: 'page-changed' });
    expect(refused?.json().detail).toContain('version 2 is the newest');
    const { etag } = (await as({ url: `${ADMIN}/bersama` })).headers;
    const again = await as({
      method: 'PUT',
      url: `${ADMIN}/bersama`,
      headers: { 'if-match': String(etag) },
      payload: titled('Empat'),
    });
    expect(again.json()).toMatchObject({ latest_version: 3, published_version: 1 });
  });

  it('asks what a change was made of, and does not take an old page’s version for a new page’s', async () => {
    await published('ganti', 'Lama');
    const { etag } = (await as({ url: `${ADMIN}/ganti` })).headers;
    const put = (headers: Record<string, string>) =>
      as({ method: 'PUT', url: `${ADMIN}/ganti`, headers, payload: titled('Baru') });
    expect((await put({})).json()).toMatchObject({ status: 428, code: 'precondition-required' });
    expect((await put({ 'if-match': 'nonsense' })).statusCode).toBe(412);
    await as({ method: 'DELETE', url: `${ADMIN}/ganti` });
    await published('ganti', 'Baru');
    expect((await put({ 'if-match': String(etag) })).statusCode).toBe(412);
  });

  it('makes one page of a slug', async () => {
    const make = () =>
      as({ method: 'POST', url: ADMIN, payload: { slug: 'satu', document: titled('Satu') } });
    const answers = await Promise.all([make(), make(), make()]);
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([201, 409, 409]);
  });

  it('keeps every version, and goes back to one by making a new one of it', async () => {
    await published('sejarah', 'Pertama');
    await saved('sejarah', 'Kedua');
    await as({ method: 'POST', url: `${ADMIN}/sejarah/terbitkan` });
    expect((await visit('sejarah')).json()).toMatchObject({ title: 'Kedua' });
    const back = await as({ method: 'POST', url: `${ADMIN}/sejarah/kembalikan`, payload: { version: 1 } });
    expect(back.json()).toMatchObject({ latest_version: 3, published_version: 3 });
    expect((await visit('sejarah')).json()).toMatchObject({ title: 'Pertama', version: 3 });

    const listed = await as({ url: `${ADMIN}/sejarah/versi?limit=2` });
    expect(listed.json().data).toMatchObject([
      { version: 3, restored_from: 1, published: true },
      { version: 2, restored_from: null, published: false },
    ]);
    const rest = await as({ url: `${ADMIN}/sejarah/versi?limit=2&cursor=${listed.json().next_cursor}` });
    expect(rest.json()).toMatchObject({ data: [{ version: 1 }], next_cursor: null });
    expect((await as({ url: `${ADMIN}/sejarah/versi/2` })).json()).toMatchObject({
      version: 2,
      document: titled('Kedua'),
    });
  });

  it('refuses what makes no sense, and says why', async () => {
    await published('batas', 'Batas');
    const post = (path: string, payload: object) =>
      as({ method: 'POST', url: `${ADMIN}/batas/${path}`, payload });
    expect((await post('kembalikan', { version: 1 })).json()).toMatchObject({
      status: 409,
      detail: expect.stringContaining('Publish it instead'),
    });
    expect((await post('kembalikan', { version: 9 })).json()).toMatchObject({
      status: 404,
      detail: 'The page has no version 9.',
    });
    expect((await post('terbitkan', { version: 9 })).statusCode).toBe(404);
    expect((await post('pratinjau', { version: 9 })).statusCode).toBe(404);
    expect((await as({ url: `${ADMIN}/batas/versi/9` })).statusCode).toBe(404);
    expect((await as({ url: `${ADMIN}/batas/versi/9999999999` })).statusCode).toBe(400);
    expect((await as({ url: `${ADMIN}/batas/versi?cursor=nonsense` })).statusCode).toBe(400);
    expect((await visit('batas')).json()).toMatchObject({ title: 'Batas', version: 1 });
  });

  it('lists the pages, what changed last first, page by page', async () => {
    for (const slug of ['daftar-a', 'daftar-b', 'daftar-c']) {
      clock = new Date(clock.getTime() + 1_000);
      await published(slug, slug);
    }
    const first = await as({ url: `${ADMIN}?limit=2` }, 'manager');
    expect(first.json().data).toMatchObject([
      { slug: 'daftar-c', title: 'daftar-c', published_version: 1 },
      { slug: 'daftar-b' },
    ]);
    const second = await as({ url: `${ADMIN}?limit=2&cursor=${first.json().next_cursor}` }, 'manager');
    expect(second.json().data[0]).toMatchObject({ slug: 'daftar-a' });
  });

  it('is written down, each act once', async () => {
    await published('catatan', 'Satu');
    await as({ method: 'POST', url: `${ADMIN}/catatan/terbitkan` });
    await as(
      {
        method: 'PUT',
        url: `${ADMIN}/catatan`,
        headers: { 'if-match': '*' },
        payload: titled('Dua'),
      },
      'manager',
    );
    await as({ method: 'POST', url: `${ADMIN}/catatan/kembalikan`, payload: { version: 1 } });
    await as({ method: 'DELETE', url: `${ADMIN}/catatan` });
    expect(await audited('catatan')).toEqual([
      { action: 'page.saved', role: 'administrator', details: { version: 1 } },
      { action: 'page.published', role: 'administrator', details: { version: 1, before: null } },
      { action: 'page.saved', role: 'manager', details: { version: 2 } },
      { action: 'page.rolled-back', role: 'administrator', details: { version: 3, restored: 1, before: 1 } },
      { action: 'page.deleted', role: 'administrator', details: { versions: 3 } },
    ]);
  });
});

describe('a preview link', () => {
  async function link(version?: number): Promise<{ url: string; expires_at: string }> {
    const answer = await as({
      method: 'POST',
      url: `${ADMIN}/rencana/pratinjau`,
      ...(version !== undefined && { payload: { version } }),
    });
    return answer.json();
  }

  it('shows a version that is not published to whoever has it, for an hour', async () => {
    await published('rencana', 'Lama');
    await saved('rencana', 'Baru');
    const { url, expires_at } = await link();
    expect(Date.parse(expires_at) - clock.getTime()).toBe(HOUR_MS);
    const shown = await application.app.inject(url);
    expect(shown.json()).toEqual({ ...titled('Baru'), slug: 'rencana', version: 2 });
    expect(shown.headers).toMatchObject({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex' });
    expect((await application.app.inject((await link(1)).url)).json()).toMatchObject({ version: 1 });
    const then = clock;
    clock = new Date(then.getTime() + HOUR_MS);
    expect((await application.app.inject(url)).statusCode).toBe(404);
    clock = then;
  });

  it('is of one page of one tenant, and cannot be made up', async () => {
    const { url } = await link();
    const [path = '', token = ''] = url.split('?token=');
    const [told = '', signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify(['theirs', 'rencana', 1, 4_102_444_800])).toString('base64url');
    for (const wrong of [
      `${path}?token=`,
      `${path}?token=${told}`,
      `${path}?token=${other}.${signature}`,
      `${path}?token=${told}.${signature.slice(1)}`,
      `${path}?token=nonsense.nonsense`,
      url.replace('/rencana/', '/kopi/'),
    ]) {
      expect([wrong, (await application.app.inject(wrong)).statusCode]).toEqual([wrong, 404]);
    }
    expect((await as({ url }, 'administrator', 'theirs')).statusCode).toBe(404);
    expect((await as({ url })).statusCode).toBe(200);
  });
});

describe('a document', () => {
  const withLink = (href: string): object => ({
    title: 'Tautan',
    blocks: [{ type: 'hero', title: 'Tautan', action: { label: 'Buka', href } }],
  });

  async function tried(document: unknown, slug = 'coba'): Promise<number> {
    await as({ method: 'DELETE', url: `${ADMIN}/${slug}` });
    const payload = { slug, document };
    return (await as({ method: 'POST', url: ADMIN, payload })).statusCode;
  }

  it.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example\\@good.example',
    'http://',
    'https://[not-an-address/',
    'menu',
    '',
  ])('takes no link to %j', async (href) => {
    expect(await tried(withLink(href))).toBe(400);
  });

  it.each([
    '/menu',
    '/',
    '#atas',
    'https://example.com/a?b=c#d',
    'HTTP://example.com',
    '/menu?a=javascript:1',
  ])('takes a link to %s', async (href) => {
    expect(await tried(withLink(href))).toBe(201);
  });

  it.each([
    ['an unknown block', { title: 'T', blocks: [{ type: 'script', text: 'x' }] }],
    ['an unknown field', { title: 'T', blocks: [{ type: 'text', text: 'x', onclick: 'x' }] }],
    ['a NUL', { title: 'T', blocks: [{ type: 'text', text: 'a\u0000b' }] }],
    ['half a character', { title: 'T', blocks: [{ type: 'text', text: 'a\ud800b' }] }],
    ['columns in columns', { title: 'T', blocks: [columns(columns({ type: 'text', text: 'x' }))] }],
    ['too many blocks', { title: 'T', blocks: Array(101).fill({ type: 'text', text: 'x' }) }],
    [
      'a negative price',
      { title: 'T', blocks: [{ type: 'product_list', items: [{ name: 'a', price_idr: -1 }] }] },
    ],
    ['no title', { blocks: [] }],
  ])('is refused with %s', async (_what, document) => {
    expect(await tried(document)).toBe(400);
  });

  it('is refused when it is larger than a page can be', async () => {
    const blocks = Array(40).fill({ type: 'text', text: 'x'.repeat(10_000) });
    expect(await tried({ title: 'T', blocks })).toBe(413);
  });

  it('keeps what it says to the letter, markup and all', async () => {
    const document = { title: '<b>&"é😀', blocks: [{ type: 'text', text: '<script>\n\talert(1)</script>' }] };
    expect(await tried(document, 'huruf')).toBe(201);
    await as({ method: 'POST', url: `${ADMIN}/huruf/terbitkan` });
    expect((await visit('huruf')).json()).toMatchObject(document);
  });

  function columns(block: object): object {
    return { type: 'columns', columns: [[block], [block]] };
  }
});

it('gives a tenant its first pages once', async () => {
  const { database, jsonCache, tenants } = application.services;
  const { id } = await tenants.create({ id: 'baru', name: 'Baru' });
  const pages = new Pages(database, jsonCache, () => clock);
  await seedPages(pages, id);
  await pages.delete({ tenantId: id, slug: 'tentang' }, SYSTEM);
  await seedPages(pages, id);
  for (const slug of ['beranda', 'menu', 'tentang']) {
    expect((await visit(slug, { 'x-tenant': 'baru' })).json()).toMatchObject({ slug, version: 1 });
  }
});
