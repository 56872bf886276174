import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { textQuery } from '../lists/page.ts';
import type { Database } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { type AuditEntry, audit, SYSTEM } from './audit.ts';
import { type AuditQuery, auditQuery, entriesOf, searchAudit } from './search.ts';

let postgres: TestPostgres;
let database: Database;
let ours: Tenant;
let theirs: Tenant;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
  const tenants = new TenantDirectory(database);
  ours = await tenants.create({ id: 'ours', name: 'Ours' });
  theirs = await tenants.create({ id: 'theirs', name: 'Theirs' });
});
afterAll(() => postgres.stop());

const asked = (query: object = {}): AuditQuery => auditQuery.parse(query);
const ids = async (tenantId: Tenant['id'] | undefined, query: object = {}) =>
  (await searchAudit(database.db, tenantId, asked(query))).data.map(({ action }) => action);

describe('the audit log', () => {
  beforeAll(async () => {
    const ani = { ...SYSTEM, userId: 'usr_ani', role: 'administrator', address: '203.0.113.9' };
    const olga = { ...SYSTEM, userId: 'usr_olga', role: 'operator' };
    await database.db
      .insertInto('users')
      .values([
        { id: 'usr_ani', email: 'ani@example.com', name: 'Ani', password_hash: null },
        { id: 'usr_olga', email: 'olga@example.com', name: 'Olga', password_hash: null },
      ])
      .execute();
    await database.db
      .insertInto('memberships')
      .values({ user_id: 'usr_ani', tenant_id: 'ours', role: 'administrator' })
      .execute();
    const entries: AuditEntry[] = [
      {
        action: 'key.created',
        tenantId: ours.id,
        actor: ani,
        subject: { kind: 'key', id: 'key_1' },
        details: { name: 'Toko buku' },
      },
      { action: 'key.revoked', tenantId: ours.id, actor: ani, subject: { kind: 'key', id: 'key_1' } },
      { action: 'account.locked', tenantId: ours.id, actor: olga, details: { reason: "O'Brien; 100% \\ _" } },
      {
        action: 'person.invited',
        tenantId: theirs.id,
        actor: SYSTEM,
        details: { email: 'budi.santoso@example.com', again: false },
      },
      { action: 'account.login-failed', tenantId: null, actor: SYSTEM },
    ];
    for (const entry of entries) {
      await audit(database.db, entry);
    }
  });

  it('shows a tenant its own log alone, newest first, and operators everything', async () => {
    expect(await ids(ours.id)).toEqual(['account.locked', 'key.revoked', 'key.created']);
    expect(await ids(theirs.id)).toEqual(['person.invited']);
    expect(await ids(undefined)).toHaveLength(5);
  });

  it('names people of the tenant to it, and nobody else', async () => {
    const [locked, revoked] = (await searchAudit(database.db, ours.id, asked())).data;
    expect(revoked?.actor).toEqual({
      id: 'usr_ani',
      name: 'Ani',
      role: 'administrator',
      address: '203.0.113.9',
      session: null,
    });
    expect(locked?.actor).toMatchObject({ id: 'usr_olga', name: null, role: 'operator' });
    const everything = await searchAudit(database.db, undefined, asked({ actor: 'usr_olga' }));
    expect(everything.data[0]?.actor.name).toBe('Olga');
  });

  it('finds by action and how one begins, by who and what, by time and by words', async () => {
    expect(await ids(ours.id, { action: 'key.created' })).toEqual(['key.created']);
    expect(await ids(ours.id, { action: 'key.' })).toEqual(['key.revoked', 'key.created']);
    expect(await ids(ours.id, { actor: 'usr_olga' })).toEqual(['account.locked']);
    expect(await ids(ours.id, { subject: 'key_1' })).toHaveLength(2);
    expect(await ids(theirs.id, { subject: 'key_1' })).toEqual([]);
    expect(await ids(ours.id, { to: '2020-01-01T00:00:00Z' })).toEqual([]);
    expect(await ids(ours.id, { from: '2020-01-01T07:00:00+07:00' })).toHaveLength(3);
    expect(await ids(ours.id, { q: 'TOKO' })).toEqual(['key.created']);
    expect(await ids(ours.id, { q: 'created bu' })).toEqual(['key.created']);
    expect(await ids(undefined, { q: 'santoso' })).toEqual(['person.invited']);
    expect(await ids(undefined, { q: 'budi.santoso@example.com' })).toEqual(['person.invited']);
    expect(await ids(ours.id, { q: '203.0.113.9' })).toHaveLength(2);
    expect(await ids(ours.id, { q: "O'Brien" })).toEqual(['account.locked']);
  });

  it.each(["'; drop table audit_log; --", "a & | ! <-> ':*", '%', '\\', '((((', 'ा'.repeat(100)])(
    'takes %j for words, and nothing worse',
    async (q) => {
      await expect(ids(ours.id, { q })).resolves.toBeInstanceOf(Array);
    },
  );

  it.each([{ action: 'key%' }, { action: 'KEY' }, { actor: 'a\u0000' }, { from: 'yesterday' }, { limit: 0 }])(
    'does not take %j',
    (query) => {
      expect(auditQuery.safeParse(query).success).toBe(false);
    },
  );

  it('comes in pages that leave nothing out and show nothing twice', async () => {
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page: Awaited<ReturnType<typeof searchAudit>> = await searchAudit(
        database.db,
        undefined,
        asked({ limit: 2, ...(cursor && { cursor }) }),
      );
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual([...new Set(seen)]);
    expect(seen).toHaveLength(5);
  });

  it.each(['x', 'W10', Buffer.from('["2026-01-01T00:00:00Z","1 or 1=1"]').toString('base64url')])(
    'refuses a cursor that it did not give: %s',
    async (cursor) => {
      await expect(searchAudit(database.db, ours.id, asked({ cursor }))).rejects.toMatchObject({
        code: 'invalid-request',
      });
    },
  );

  it.each(['update audit_log set actor_id = null', 'delete from audit_log', 'truncate audit_log'])(
    'is only added to: %s',
    async (statement) => {
      await expect(sql.raw(statement).execute(database.db)).rejects.toThrow('audit_log is only added to');
      expect(await ids(undefined)).toHaveLength(5);
    },
  );
});

describe('a page of a long audit log', () => {
  let long: Database;

  beforeAll(async () => {
    ({ database: long } = await postgres.freshDatabase());
    await sql`
      insert into audit_log (tenant_id, actor_id, action, subject_kind, subject_id, details)
      select
        case when i % 100 = 0 then 'ours' else 'tenant-' || i % 100 end, 'usr_' || i % 500,
        (array['account.logged-in', 'account.logged-in', 'key.created', 'page.saved'])[1 + i / 7 % 4],
        'key', 'key_' || i % 5000, jsonb_build_object('name', 'thing ' || i)
      from generate_series(1, 60000) as i`.execute(long.db);
    await sql`vacuum analyze audit_log`.execute(long.db);
  });

  it.each([
    ['of a tenant', { tenant: true }],
    ['of a tenant, after another', { tenant: true, next: true }],
    ['of a tenant, until a time', { tenant: true, to: '2100-01-01T00:00:00Z' }],
    ['of a tenant and one action', { tenant: true, action: 'key.created' }],
    ['of actions that begin alike', { action: 'account.' }],
    ['of everybody', {}],
    ['of one person', { actor: 'usr_7' }],
    ['of one subject', { subject: 'key_77' }],
    ['with a rare word', { q: '54321' }],
  ])('looks at little of it: a page %s', async (_name, { tenant, next, ...query }: Wanted) => {
    const tenantId = tenant ? ours.id : undefined;
    const first = next ? await searchAudit(long.db, tenantId, asked(query)) : undefined;
    const wanted = asked({ ...query, ...(first && { cursor: first.next_cursor }) });
    const entries = entriesOf(long.db, tenantId, wanted, textQuery(wanted.q) ?? undefined);
    const [explained] = explanation.parse(await entries.explain('json', sql`analyze, buffers`));
    const top = explained['QUERY PLAN'][0].Plan;
    expect(JSON.stringify(top)).not.toContain('Seq Scan');
    expect(top['Actual Rows']).toBeGreaterThan(0);
    const blocks = top['Shared Hit Blocks'] + top['Shared Read Blocks'];
    expect(blocks).toBeLessThan(MOST_BLOCKS);
  });
});

/** Of 8 KiB, for a page of 50 entries; the whole table has thousands. */
const MOST_BLOCKS = 200;

const explanation = z.tuple([
  z.object({
    'QUERY PLAN': z.tuple([
      z.object({
        Plan: z.looseObject({
          'Actual Rows': z.number(),
          'Shared Hit Blocks': z.number(),
          'Shared Read Blocks': z.number(),
        }),
      }),
    ]),
  }),
]);

interface Wanted {
  readonly tenant?: boolean;
  readonly next?: boolean;
  readonly [filter: string]: unknown;
}
