import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { followUpInvoices } from '../invoices/dunning.ts';
import { recordPayment } from '../invoices/receipts.ts';
import { DatabaseUnavailableError } from '../postgres/availability.ts';
import { type Database, openDatabase } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { issuePlainInvoice } from '../testing/invoices.ts';
import { severable, silent, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { ApiKeyError, ApiKeys } from './api-keys.ts';
import { keyAuthentication } from './authenticate.ts';
import { Keyring } from './keyring.ts';
import { newKeyId, newToken } from './token.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const START = Date.parse('2026-03-01T00:00:00Z');

let postgres: TestPostgres;
let database: Database;
let url: string;
let ours: Tenant;
let theirs: Tenant;
let now: number;
let keys: ApiKeys;
let keyring: Keyring;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database, url } = await postgres.freshDatabase());
  const tenants = new TenantDirectory(database);
  ours = await tenants.create({ id: 'ours', name: 'Ours', timezone: 'Asia/Makassar' });
  theirs = await tenants.create({ id: 'theirs', name: 'Theirs' });
});
afterAll(() => postgres.stop());

beforeEach(() => {
  now = START;
  keys = new ApiKeys(database, () => new Date(now));
  keyring = new Keyring(database, silent, () => now);
});

const make = (over: { expiresAt?: Date } = {}) =>
  keys.create(ours.id, { name: 'billing', scopes: ['ingest:events'], createdBy: null, ...over });
const status = async (secret: string, ring = keyring) => (await ring.judge(secret)).status;

describe('a key', () => {
  it('stands for its tenant, with what it may send and how much', async () => {
    const { key, secret } = await make();
    expect(await keyring.judge(secret)).toEqual({
      status: 'valid',
      credential: {
        tenantId: 'ours',
        timezone: 'Asia/Makassar',
        keyId: key.id,
        scopes: ['ingest:events'],
        eventsPerSecond: 5_000,
        burst: 20_000,
      },
    });
    expect(secret.startsWith(key.prefix)).toBe(true);
  });

  it('is stored as a hash: nothing in the database opens anything', async () => {
    const { secret } = await make();
    const rows = [
      ...(await database.db.selectFrom('api_keys').selectAll().execute()),
      ...(await database.db.selectFrom('api_key_secrets').selectAll().execute()),
    ];
    expect(JSON.stringify(rows)).not.toContain(secret.slice('rwy_0123456789abcdef_0123'.length));
  });

  it('is nothing to a text that merely looks like one, or to a secret of another key', async () => {
    const { key } = await make();
    expect(await status('rwy_nonsense')).toBe('unknown');
    expect(await status(newToken(newKeyId()).text)).toBe('unknown');
    expect(await status(newToken(key.id).text)).toBe('unknown');
  });

  it('is over when its time is, by the clock and not by the age of an answer', async () => {
    const { secret } = await make({ expiresAt: new Date(START + 10 * SECOND) });
    expect(await status(secret)).toBe('valid');
    now += 10 * SECOND;
    expect(await status(secret)).toBe('expired');
  });

  it('is over at once where it is revoked, and within 30 seconds elsewhere', async () => {
    const { key, secret } = await make();
    const elsewhere = new Keyring(database, silent, () => now);
    expect(await status(secret, elsewhere)).toBe('valid');
    expect(await status(secret)).toBe('valid');
    expect(await keys.revoke(ours.id, key.id)).toBe(true);
    keyring.forget(key.id);
    expect(await status(secret)).toBe('revoked');
    expect(await status(secret, elsewhere)).toBe('valid');
    now += 30 * SECOND;
    expect(await status(secret, elsewhere)).toBe('revoked');
    expect(await keys.revoke(ours.id, key.id)).toBe(true);
  });

  it('whose tenant is suspended is looked at again after two seconds, whoever it is that notes the payment', async () => {
    const { secret } = await make();
    const invoiceId = await issuePlainInvoice(database.db, {
      tenantId: ours.id,
      period: '2026-10',
      total: 1_000n,
      issuedOn: '2026-11-01',
      number: 'INV-2026-000001',
    });
    await followUpInvoices(database.db, [ours.id], new Date('2026-12-01T00:00:00Z'));
    expect(await status(secret)).toBe('suspended');
    const paidAt = new Date('2026-12-01T00:00:00Z');
    const payment = {
      tenantId: ours.id,
      invoiceId,
      amount: 10_000n,
      cause: 'payment:1',
      paidAt,
      recordedAt: paidAt,
    };
    await database.db.transaction().execute((transaction) => recordPayment(transaction, payment));
    now += 2 * SECOND - 1;
    expect(await status(secret)).toBe('suspended');
    now += 1;
    expect(await status(secret)).toBe('valid');
  });

  it('does not remember what it read before the key was revoked', async () => {
    const { key, secret } = await make();
    const reading = keyring.judge(secret);
    await keys.revoke(ours.id, key.id);
    keyring.forget(key.id);
    await reading;
    expect(await status(secret)).toBe('revoked');
  });

  it('says when it was last used, to the minute', async () => {
    const { key, secret } = await make();
    const lastUsed = async () =>
      (await keys.list(ours.id)).find(({ id }) => id === key.id)?.lastUsedAt?.getTime();
    expect(await lastUsed()).toBeUndefined();
    await keyring.judge(secret);
    await expect.poll(lastUsed).toBe(START);
    now += 59 * SECOND;
    await keyring.judge(secret);
    now += SECOND;
    await keyring.judge(secret);
    await expect.poll(lastUsed).toBe(START + 60 * SECOND);
  });
});

describe('a rotated key', () => {
  it('has a new secret, while the old one is good for the overlap', async () => {
    const { key, secret } = await make();
    expect(await status(secret)).toBe('valid');
    const rotated = await keys.rotate(ours.id, key.id, HOUR / SECOND);
    keyring.forget(key.id);
    expect(rotated?.key).toMatchObject({ id: key.id, previousValidUntil: new Date(START + HOUR) });
    expect(rotated?.key.prefix).not.toBe(key.prefix);
    expect(await status(rotated?.secret ?? '')).toBe('valid');
    expect(await status(secret)).toBe('valid');
    now += HOUR;
    expect(await status(secret)).toBe('expired');
    expect(await status(rotated?.secret ?? '')).toBe('valid');
  });

  it('ends the old secret at once without an overlap, and never lets a later rotation lengthen one', async () => {
    const { key, secret } = await make();
    const second = await keys.rotate(ours.id, key.id, 0);
    keyring.forget(key.id);
    expect(await status(secret)).toBe('expired');
    await keys.rotate(ours.id, key.id, HOUR / SECOND);
    keyring.forget(key.id);
    expect(await status(secret)).toBe('expired');
    expect(await status(second?.secret ?? '')).toBe('valid');
  });

  it('cannot be one that is over', async () => {
    const { key } = await make();
    await keys.revoke(ours.id, key.id);
    await expect(keys.rotate(ours.id, key.id, 0)).rejects.toThrow(ApiKeyError);
    const expired = await make({ expiresAt: new Date(START + SECOND) });
    now += SECOND;
    await expect(keys.rotate(ours.id, expired.key.id, 0)).rejects.toThrow(ApiKeyError);
  });
});

it('shows, changes and ends only the keys of the tenant that asks', async () => {
  const { key, secret } = await make();
  expect((await keys.list(theirs.id)).map(({ id }) => id)).not.toContain(key.id);
  expect(await keys.rotate(theirs.id, key.id, 0)).toBeUndefined();
  expect(await keys.revoke(theirs.id, key.id)).toBe(false);
  expect(await status(secret)).toBe('valid');
});

it('keeps 200 keys a tenant, those revoked not counted', async () => {
  const many = await new TenantDirectory(database).create({ id: 'many', name: 'Many' });
  const wanted = { name: 'k', scopes: ['ingest:events'] as const, createdBy: null };
  const made = await Promise.all(Array.from({ length: 200 }, () => keys.create(many.id, wanted)));
  await expect(keys.create(many.id, wanted)).rejects.toThrow('200 keys already');
  await keys.revoke(many.id, made[0]?.key.id ?? '');
  await keys.create(many.id, wanted);
  const listed = await keys.list(many.id);
  expect(listed).toHaveLength(201);
  expect(listed.at(-1)?.id).toBe(made[0]?.key.id);
});

it('goes on with keys it has seen while Postgres is away, for 15 minutes, and refuses no others', async () => {
  const way = await severable(url);
  const distant = await openDatabase({ url: way.url, logger: silent, maxConnections: 1 });
  const ring = new Keyring(distant, silent, () => now);
  const { secret } = await make();
  const unseen = await make();
  expect(await status(secret, ring)).toBe('valid');
  await way.sever();
  now += 14 * 60 * SECOND;
  expect(await status(secret, ring)).toBe('valid');
  await expect(ring.judge(unseen.secret)).rejects.toThrow(DatabaseUnavailableError);
  const authenticate = keyAuthentication(ring, undefined);
  const carrying = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
  expect(await authenticate(carrying(secret))).toMatchObject({ tenantId: 'ours' });
  await expect(authenticate(carrying(unseen.secret))).rejects.toMatchObject({
    statusCode: 503,
    occurrence: { retryAfterSeconds: 2 },
  });
  now += 60 * SECOND;
  await expect(ring.judge(secret)).rejects.toThrow(DatabaseUnavailableError);
  await distant.close();
});
