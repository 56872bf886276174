import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DatabaseUnavailableError } from '../postgres/availability.ts';
import { type Database, openDatabase } from '../postgres/database.ts';
import { severable, silent, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { TenantDirectory, TenantError } from './directory.ts';
import { isTenantId, isTimezone } from './tenant.ts';

let postgres: TestPostgres;
let database: Database;
let url: string;
let now: number;
let tenants: TenantDirectory;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database, url } = await postgres.freshDatabase());
});

afterAll(() => postgres.stop());

beforeEach(() => {
  now = 0;
  tenants = new TenantDirectory(database, () => now);
});

it('makes a tenant with the usual zone and language, and leaves one that exists as it is', async () => {
  const expected = { id: 'chill-ajar', name: 'Chill Ajar', timezone: 'Asia/Jakarta', locale: 'id' };
  expect(await tenants.create({ id: 'chill-ajar', name: 'Chill Ajar' })).toEqual(expected);
  expect(await tenants.create({ id: 'chill-ajar', name: 'Other', timezone: 'UTC', locale: 'en' })).toEqual(
    expected,
  );
  expect(await tenants.find('chill-ajar')).toEqual(expected);
});

it.each([{ id: 'Chill Ajar' }, { id: 'x' }, { id: '-x' }, { timezone: 'Asia/Atlantis' }])(
  'refuses to make a tenant with %o',
  async (wrong) => {
    await expect(tenants.create({ id: 'right', name: 'R', ...wrong })).rejects.toThrow(TenantError);
    expect(await tenants.find('right')).toBeUndefined();
  },
);

it('knows ids and zones from other words', () => {
  expect(['ab', 'a-b', '0a', 'a'.repeat(63)].every(isTenantId)).toBe(true);
  expect(['', 'a', 'A-b', 'a_b', 'ab-', 'a'.repeat(64), '_platform', "a' or 1"].some(isTenantId)).toBe(false);
  expect(['Asia/Makassar', 'UTC'].every(isTimezone)).toBe(true);
  expect(['', 'Jakarta', '../etc'].some(isTimezone)).toBe(false);
});

it('asks the database once a minute, and sooner for a tenant that was not there', async () => {
  await tenants.create({ id: 'renamed', name: 'Before' });
  await database.db.updateTable('tenants').set({ name: 'After' }).where('id', '=', 'renamed').execute();
  now = 59_999;
  expect((await tenants.find('renamed'))?.name).toBe('Before');
  now = 60_000;
  expect((await tenants.find('renamed'))?.name).toBe('After');

  expect(await tenants.find('later')).toBeUndefined();
  await database.db
    .insertInto('tenants')
    .values({ id: 'later', name: 'L', timezone: 'UTC', locale: 'en' })
    .execute();
  now += 4_999;
  expect(await tenants.find('later')).toBeUndefined();
  now += 1;
  expect((await tenants.find('later'))?.name).toBe('L');
});

it('keeps to an old answer while the database is away, and says so when it has none', async () => {
  await tenants.create({ id: 'lasting', name: 'Lasting' });
  const way = await severable(url);
  const own = await openDatabase({ url: way.url, logger: silent });
  const asking = new TenantDirectory(own, () => now);
  await asking.find('lasting');
  await way.sever();
  now = 120_000;
  expect((await asking.find('lasting'))?.name).toBe('Lasting');
  await expect(asking.find('chill-ajar')).rejects.toThrow(DatabaseUnavailableError);
  await own.close();
});
