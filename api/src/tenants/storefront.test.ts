import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { problemDocuments } from '../errors/documents.ts';
import { identity } from '../identity/identity.ts';
import { People } from '../identity/people.ts';
import { identityRoutes } from '../identity/routes.ts';
import { type Database, openDatabase } from '../postgres/database.ts';
import { severable, silent, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { TenantDirectory } from './directory.ts';
import { requireStorefront, resolveStorefront, storefront } from './storefront.ts';

let postgres: TestPostgres;
let database: Database;
let url: string;
let app: FastifyInstance;
let authorization: string;
let opened: FastifyInstance[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database, url } = await postgres.freshDatabase());
  const tenants = new TenantDirectory(database);
  await tenants.create({ id: 'default', name: 'Default' });
  await tenants.create({ id: 'named', name: 'Named' });
  const own = await tenants.create({ id: 'own', name: 'Own' });
  await new People(database).createUser({
    email: 'ani@example.com',
    name: 'Ani',
    password: 'rahasia sekali',
    memberships: [{ tenantId: own.id, role: 'member' }],
  });
  app = await buildApp('default');
  const response = await app.inject({
    method: 'POST',
    url: '/api/login',
    body: { email: 'ani@example.com', password: 'rahasia sekali' },
  });
  authorization = `Bearer ${response.json().access_token}`;
});

afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
  opened = [];
  await postgres.stop();
});

async function buildApp(defaultTenant: string | undefined, on = database): Promise<FastifyInstance> {
  const built = Fastify();
  opened.push(built);
  built.setValidatorCompiler(validatorCompiler);
  built.setSerializerCompiler(serializerCompiler);
  const options = { tenants: new TenantDirectory(on), defaultTenant };
  const secret = 'a secret for tests, of more than thirty-two characters';
  await built.register(problemDocuments);
  await built.register(identity, { database: on, secret, secureCookies: false });
  await built.register(identityRoutes, built.accounts);
  await built.register(storefront, options);
  built.addHook('onResponse', async (request) => {
    recorded.push(resolveStorefront(request)?.id ?? null);
  });
  built.get('/seen', (request) => ({ tenant: resolveStorefront(request)?.id ?? null }));
  built.get('/needed', async (request) => ({ tenant: (await requireStorefront(request, options)).id }));
  return built;
}

const recorded: (string | null)[] = [];

it('is the tenant of the person, else the one named, else the default', async () => {
  const ask = async (headers: Record<string, string>) => (await app.inject({ url: '/seen', headers })).json();
  expect(await ask({})).toEqual({ tenant: 'default' });
  expect(await ask({ 'x-tenant': 'named' })).toEqual({ tenant: 'named' });
  expect(await ask({ authorization })).toEqual({ tenant: 'own' });
  expect(await ask({ authorization, 'x-tenant': 'named' })).toEqual({ tenant: 'own' });
});

it('is nobody for a name that is none; a route that needs one answers 404', async () => {
  for (const name of ['nobody', "'; drop table tenants", '_platform', '']) {
    const headers = { 'x-tenant': name };
    expect((await app.inject({ url: '/seen', headers })).json()).toEqual({ tenant: null });
    const needed = await app.inject({ url: '/needed', headers });
    expect(needed.statusCode).toBe(404);
    expect(needed.json()).toMatchObject({ code: 'tenant-unknown' });
  }
  const withoutDefault = await buildApp(undefined);
  expect((await withoutDefault.inject('/needed')).json()).toMatchObject({ code: 'tenant-unknown' });
});

it('knows the person that a request has just logged in', async () => {
  recorded.length = 0;
  const body = { email: 'ani@example.com', password: 'rahasia sekali' };
  await app.inject({ method: 'POST', url: '/api/login', body });
  await app.inject({ method: 'POST', url: '/api/login', body: { ...body, password: 'wrong' } });
  expect(recorded).toEqual(['own', 'default']);
});

it('fails only the routes that need it while the database is away', async () => {
  const way = await severable(url);
  const away = await openDatabase({ url: way.url, logger: silent });
  const without = await buildApp('default', away);
  await way.sever();
  expect((await without.inject('/seen')).json()).toEqual({ tenant: null });
  const needed = await without.inject('/needed');
  expect(needed.statusCode).toBe(503);
  expect(needed.json()).toMatchObject({ code: 'database-unavailable' });
  await away.close();
});

it('cannot be registered without identity, whose person comes first', async () => {
  const bare = Fastify();
  bare.register(storefront, { tenants: new TenantDirectory(database), defaultTenant: undefined });
  await expect(bare.ready().then(() => 'ready')).rejects.toThrow('identity');
});
