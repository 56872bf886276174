import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { jpeg, pdf, png } from '../testing/samples.ts';

let application: TestApplication;
let member: string;
let other: string;

beforeAll(async () => {
  application = await startApplication();
  await application.createTenant('ours', ['member', 'manager']);
  member = await application.tokenOf('ours', 'member');
  other = await application.tokenOf('ours', 'manager');
});

afterAll(() => application.stop());

function call(token: string, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return fetch(`${application.url}${path}`, { ...init, headers });
}

function put(profile: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return call(member, '/api/profil', { method: 'PUT', headers, body: JSON.stringify(profile) });
}

function sendPhoto(content: Buffer): Promise<Response> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(content)]), 'me.png');
  return call(member, '/api/profil/foto', { method: 'POST', body: form });
}

async function photo(token: string): Promise<{ status: number; type: string | null; bytes: Buffer }> {
  const answer = await call(token, '/api/profil/foto');
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    bytes: Buffer.from(await answer.arrayBuffer()),
  };
}

async function keptPhotos(): Promise<string[]> {
  const tenant = await application.services.tenants.find('ours');
  const keys: string[] = [];
  if (tenant !== undefined) {
    for await (const { key } of application.services.files.list(tenant.id, 'photos')) {
      keys.push(key);
    }
  }
  return keys;
}

it('is what the person says of themselves, and nobody else’s', async () => {
  const profile = { name: 'Budi <b>', phone: '+62 812 3456 789', bio: 'Kelas 11\nIPA', locale: 'en' };
  const changed = await put(profile);
  expect(changed.status).toBe(200);
  expect(await changed.json()).toMatchObject({ ...profile, email: 'member@ours.example', photo: false });
  const theirs = await (await call(other, '/api/profil')).json();
  expect(theirs).toMatchObject({ name: 'manager of ours', phone: '', bio: '', locale: null });
  expect(await (await put({ name: 'Budi' })).json()).toMatchObject({ name: 'Budi', phone: '', locale: null });
});

it.each([
  [{ name: '' }, 'body.name'],
  [{ name: 'Budi\u0000' }, 'body.name'],
  [{ name: 'Budi', phone: 'call me' }, 'body.phone'],
  [{ name: 'Budi', bio: 'x\u001b[31m' }, 'body.bio'],
  [{ name: 'Budi', locale: 'fr' }, 'body.locale'],
])('refuses %j and names the field', async (profile, path) => {
  const refused = await put(profile);
  expect(await refused.json()).toMatchObject({ status: 400, errors: [{ path }] });
});

it('keeps one photo, by its content; the one before is deleted', async () => {
  expect((await photo(member)).status).toBe(404);
  expect((await sendPhoto(png())).status).toBe(204);
  expect(await photo(member)).toEqual({ status: 200, type: 'image/png', bytes: png() });
  expect((await sendPhoto(jpeg())).status).toBe(204);
  expect(await photo(member)).toEqual({ status: 200, type: 'image/jpeg', bytes: jpeg() });
  expect((await sendPhoto(pdf())).status).toBe(415);
  expect((await sendPhoto(png(60_000, 60_000))).status).toBe(413);
  expect(await keptPhotos()).toHaveLength(1);
  expect((await photo(other)).status).toBe(404);
  expect(await (await call(member, '/api/profil')).json()).toMatchObject({ photo: true });
});

it('leaves one photo and no litter when several are sent at once', async () => {
  const answers = await Promise.all(Array.from({ length: 6 }, (_, at) => sendPhoto(png(2 + at, 2))));
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(6).fill(204));
  expect(await keptPhotos()).toHaveLength(1);
});
