import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { JsonCache } from '../coordination/json-cache.ts';
import { problemDocuments } from '../errors/documents.ts';
import { identity } from '../identity/identity.ts';
import { identityRoutes } from '../identity/routes.ts';
import { textQuery } from '../lists/page.ts';
import type { Database } from '../postgres/database.ts';
import { openDatabase } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { storefront } from '../tenants/storefront.ts';
import type { Tenant } from '../tenants/tenant.ts';
import {
  type Severable,
  severable,
  silent,
  startTestPostgres,
  type TestPostgres,
} from '../testing/postgres.ts';
import { Catalogue } from './catalogue.ts';
import { courseBody, coursePage } from './courses.ts';
import { MENTOR_LEVELS, mentorBody, mentorPage } from './mentors.ts';
import { seedTutoring } from './seed.ts';
import { tutoring } from './tutoring.ts';

const NAMES = ['Ayu', 'Bagus', 'Citra', 'Dimas', 'Eka', 'Farah', 'Gilang', 'Hana', 'Indra', 'Joko'];
const SEED = { seed: 7, mentors: [] as { id: string; userId: string; name: string }[] };

let postgres: TestPostgres;
let database: Database;
let way: Severable;
let through: Database;
let app: FastifyInstance;
let tenant: Tenant;
let rival: Tenant;

beforeAll(async () => {
  postgres = await startTestPostgres();
  const fresh = await postgres.freshDatabase();
  database = fresh.database;
  way = await severable(fresh.url);
  through = await openDatabase({ url: way.url, logger: silent });
  const tenants = new TenantDirectory(through);
  tenant = await tenants.create({ id: 'chill-ajar', name: 'Chill Ajar' });
  rival = await tenants.create({ id: 'rival', name: 'Rival' });
  for (const name of NAMES) {
    const id = `usr_${name.toLowerCase()}`;
    await database.db
      .insertInto('users')
      .values({ id, email: `${name.toLowerCase()}@example.com`, name })
      .execute();
    SEED.mentors.push({ id: name.toLowerCase(), userId: id, name: `${name} Pratama` });
  }
  await seedTutoring(database, tenant.id, SEED);
  await database.db
    .insertInto('mentors')
    .values({
      tenant_id: rival.id,
      id: 'zul',
      user_id: null,
      name: 'Zul',
      headline: 'Catur',
      subjects: ['Catur'],
      level: 'novice',
    })
    .execute();

  app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  const options = {
    database: through,
    catalogue: new Catalogue(through, new JsonCache(undefined)),
    tenants,
    defaultTenant: tenant.id,
    now: () => new Date(),
  };
  await app.register(problemDocuments);
  const secret = 'a secret for tests, of more than thirty-two characters';
  await app.register(identity, { database: through, secret, secureCookies: false });
  await app.register(identityRoutes, app.accounts);
  await app.register(storefront, options);
  await app.register(tutoring, options);
});

afterAll(async () => {
  await app.close();
  await through.close();
  await postgres.stop();
});

async function get<S extends z.ZodType>(schema: S, url: string, headers = {}): Promise<z.infer<S>> {
  const response = await app.inject({ url, headers });
  expect(response.statusCode, response.payload).toBe(200);
  return schema.parse(response.json());
}

/** Every row of a list, page by page. */
async function all<T>(
  schema: z.ZodType<{ data: T[]; next_cursor: string | null }>,
  url: string,
  limit: number,
): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const separator = url.includes('?') ? '&' : '?';
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page: { data: T[]; next_cursor: string | null } = await get(
      schema,
      `${url}${separator}limit=${limit}${more}`,
    );
    expect(page.data.length).toBeLessThanOrEqual(limit);
    rows.push(...page.data);
    cursor = page.next_cursor;
  }
  return rows;
}

describe('the seeded catalogue', () => {
  it('has two superstars, six regular mentors and two new ones, with four to six courses each', async () => {
    const mentors = await all(mentorPage, '/api/public/mentor', 100);
    const levels = mentors.map(({ level }) => level);
    expect(MENTOR_LEVELS.map((wanted) => levels.filter((level) => level === wanted).length)).toEqual([
      2, 6, 2,
    ]);
    const courses = await all(coursePage, '/api/public/kursus', 100);
    for (const { id } of mentors) {
      const offered = courses.filter(({ mentor }) => mentor.id === id);
      expect(offered.length).toBeGreaterThanOrEqual(4);
      expect(offered.length).toBeLessThanOrEqual(6);
    }
    for (const { price_idr } of courses) {
      expect(price_idr % 1000).toBe(0);
      expect(price_idr).toBeGreaterThanOrEqual(40_000);
      expect(price_idr).toBeLessThanOrEqual(250_000);
    }
  });

  it('is the same each time, and adds nothing when it is made again', async () => {
    const before = await all(coursePage, '/api/public/kursus', 100);
    expect(await seedTutoring(database, tenant.id, SEED)).toEqual({ mentors: 0, courses: 0 });
    await database.db.deleteFrom('mentors').where('tenant_id', '=', tenant.id).execute();
    expect(await seedTutoring(database, tenant.id, SEED)).toEqual({ mentors: 10, courses: before.length });
    expect(await all(coursePage, '/api/public/kursus', 100)).toEqual(before);
    expect(await seedTutoring(database, tenant.id, { seed: 1, mentors: [] })).toEqual({
      mentors: 0,
      courses: 0,
    });
  });
});

describe('a list', () => {
  it.each([
    ['/api/public/kursus', coursePage],
    ['/api/public/kursus?q=b', coursePage],
    ['/api/public/mentor', mentorPage],
    ['/api/public/mentor?q=p', mentorPage],
  ] as const)(
    '%s gives every row once, in the same order whatever the size of a page',
    async (url, schema) => {
      const ids = async (limit: number) =>
        (await all<{ id: string }>(schema, url, limit)).map(({ id }) => id);
      const whole = await ids(100);
      expect(whole.length).toBeGreaterThan(8);
      expect(new Set(whole).size).toBe(whole.length);
      expect(await ids(3)).toEqual(whole);
      expect(await ids(1)).toEqual(whole);
    },
  );

  it('begins with the newest course and the best rated mentor', async () => {
    const made = (await all(coursePage, '/api/public/kursus', 100)).map(({ created_at }) => created_at);
    expect(made).toEqual([...made].sort().reverse());
    const ratings = (await all(mentorPage, '/api/public/mentor', 100)).map(({ rating }) => rating);
    expect(ratings).toEqual([...ratings].sort((a, b) => b - a));
  });

  it('finds words by their beginning, whatever their case, all of them, and titles before descriptions', async () => {
    await database.db
      .insertInto('courses')
      .values([
        course('origami', 'Origami Kertas', 'Melipat bangau.'),
        course('kerajinan', 'Kerajinan Tangan', 'Dari origami sampai anyaman bambu.'),
      ])
      .execute();
    const ids = async (q: string) =>
      (await all(coursePage, `/api/public/kursus?q=${encodeURIComponent(q)}`, 100)).map(({ id }) => id);
    expect(await ids('ORIGA')).toEqual(['origami', 'kerajinan']);
    expect(await ids('origami bambu')).toEqual(['kerajinan']);
    expect(await ids('rigami')).toEqual([]);
    expect((await all(mentorPage, '/api/public/mentor?q=cit', 100)).map(({ name }) => name)).toEqual([
      'Citra Pratama',
    ]);
    await database.db.deleteFrom('courses').where('id', 'in', ['origami', 'kerajinan']).execute();
  });

  it.each(["' or 1=1 --", '!!!', '& | ! <-> :*', '\\', 'a:*b & (', '日本'])(
    'is safe to ask for %s',
    async (q) => {
      const page = await get(coursePage, `/api/public/kursus?q=${encodeURIComponent(q)}&limit=5`);
      expect(page.data.length).toBeLessThanOrEqual(5);
    },
  );

  it('shows all for an empty question, and nothing for one without words', async () => {
    expect((await get(coursePage, '/api/public/kursus?q=%20')).data).toHaveLength(20);
    expect(await get(coursePage, '/api/public/kursus?q=%2B%2B')).toEqual({ data: [], next_cursor: null });
  });

  it.each([
    ['limit=0', 'query.limit'],
    ['limit=101', 'query.limit'],
    ['limit=ten', 'query.limit'],
    ['cursor=%21', 'query.cursor'],
    [`cursor=${encoded(['timestamptz', '2025-02-31 00:00:00+00', 'x'])}`, 'query.cursor'],
    [`cursor=${encoded(['timestamptz', '2025-02-01 00:00:00+00', '\0'])}`, 'query.cursor'],
    [`cursor=${encoded(['float8', '0.5', 'x'])}`, 'query.cursor'],
    [`cursor=${encoded(['timestamptz', 5])}`, 'query.cursor'],
    [`q=${'x'.repeat(201)}`, 'query.q'],
  ])('refuses %s', async (query, path) => {
    const response = await app.inject(`/api/public/kursus?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({ code: 'invalid-request', errors: [{ path }] });
  });
});

describe('one of a list', () => {
  it('is shown as in the list', async () => {
    const [first] = (await get(coursePage, '/api/public/kursus?limit=1')).data;
    expect(await get(courseBody, `/api/public/kursus/${first?.id}`)).toEqual(first);
    const [best] = (await get(mentorPage, '/api/public/mentor?limit=1')).data;
    expect(await get(mentorBody, `/api/public/mentor/${best?.id}`)).toEqual(best);
  });

  it.each(['/api/public/kursus/nothing', '/api/public/mentor/nobody', '/api/public/mentor/zul'] as const)(
    'is not found: %s',
    async (url) => {
      const response = await app.inject(url);
      expect(response.statusCode).toBe(404);
      expect(response.json()).toMatchObject({ code: 'not-found' });
    },
  );
});

it('refuses an id that cannot be one', async () => {
  const response = await app.inject('/api/public/kursus/%00');
  expect(response.json()).toMatchObject({ status: 400, errors: [{ path: 'params.id' }] });
});

it('keeps tenants apart', async () => {
  const headers = { 'x-tenant': rival.id };
  const mentors = await get(mentorPage, '/api/public/mentor', headers);
  expect(mentors.data.map(({ id }) => id)).toEqual(['zul']);
  expect((await get(coursePage, '/api/public/kursus', headers)).data).toEqual([]);
  expect((await app.inject({ url: '/api/public/mentor/zul', headers })).statusCode).toBe(200);
  const unknown = await app.inject({ url: '/api/public/mentor', headers: { 'x-tenant': 'nobody' } });
  expect(unknown.json()).toMatchObject({ status: 404, code: 'tenant-unknown' });
});

it('reads words and nothing else into a question', () => {
  expect(textQuery(undefined)).toBeUndefined();
  expect(textQuery('  ')).toBeUndefined();
  expect(textQuery('+-')).toBeNull();
  expect(textQuery('Bahasa  inggris!')).toBe('bahasa:* & inggris:*');
  expect(textQuery('a b c d e f g h i j')?.split(' & ')).toHaveLength(8);
});

it('answers 503 while the database is away', async () => {
  await way.sever();
  const response = await app.inject('/api/public/kursus');
  expect(response.statusCode).toBe(503);
  expect(response.json()).toMatchObject({ code: 'database-unavailable' });
  expect(response.headers['retry-after']).toBe('2');
});

function course(id: string, title: string, description: string) {
  return {
    tenant_id: tenant.id,
    id,
    mentor_id: 'ayu',
    title,
    description,
    subject: 'Seni',
    level: 'Umum',
    price_idr: 50_000n,
  };
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
