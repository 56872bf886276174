import { type Kysely, sql } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { z } from 'zod';
import { auditEntryBody, searchAudit } from '../../audit/search.ts';
import { cut, type ListQuery, ordering, pageOf, textQuery } from '../../lists/page.ts';
import type { Schema } from '../../postgres/schema.ts';

const ENTRIES_SHOWN = 20;

const lockBody = z
  .object({
    kind: z.enum(['failures', 'operator']).describe('failures: by wrong passwords, released by itself'),
    reason: z.string(),
    locked_by: z.string().nullable().describe('User id; null: the system'),
    locked_at: z.iso.datetime(),
    until: z.iso.datetime().nullable().describe('Null: until somebody lifts it'),
  })
  .meta({ id: 'AccountLock' });

const accountBody = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    created_at: z.iso.datetime(),
    second_factor: z.boolean(),
    tenants: z.array(z.object({ id: z.string(), name: z.string(), role: z.string() })),
    locks: z.array(lockBody).describe('Those that hold now; empty: the account is not locked'),
  })
  .meta({ id: 'PlatformAccount' });

export const accountPage = pageOf(accountBody).meta({ id: 'PlatformAccountPage' });

export const accountWithHistoryBody = accountBody
  .extend({
    history: z
      .array(auditEntryBody)
      .describe(`The last ${ENTRIES_SHOWN} entries of the audit log about this person`),
  })
  .meta({ id: 'PlatformAccountWithHistory' });

type AccountPage = z.infer<typeof accountPage>;
type AccountWithHistory = z.infer<typeof accountWithHistoryBody>;

/** People of every tenant, with whether they are locked out: the newest first, or those that have the words asked for. */
export async function listAccounts(
  db: Kysely<Schema>,
  { q, limit, cursor }: ListQuery,
  now: Date,
): Promise<AccountPage> {
  const asked = textQuery(q);
  if (asked === null) {
    return { data: [], next_cursor: null };
  }
  const order = ordering(sql.ref('users.created_at'), 'timestamptz', sql.ref('users.id'), cursor);
  const rows = await accounts(db, now)
    .where(
      asked === undefined ? sql<boolean>`true` : sql<boolean>`users.search @@ to_tsquery('simple', ${asked})`,
    )
    .where(order.after)
    .orderBy('users.created_at', 'desc')
    .orderBy('users.id')
    .limit(limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, toAccount);
}

/** A person with the last that happened to them: why they are locked out. Undefined when there is nobody. */
export async function findAccountWithHistory(
  db: Kysely<Schema>,
  id: string,
  now: Date,
): Promise<AccountWithHistory | undefined> {
  const row = await accounts(db, now).where('users.id', '=', id).executeTakeFirst();
  if (row === undefined) {
    return undefined;
  }
  const { data: history } = await searchAudit(db, undefined, { subject: id, limit: ENTRIES_SHOWN });
  return { ...toAccount(row), history };
}

function accounts(db: Kysely<Schema>, now: Date) {
  return db.selectFrom('users').select((users) => [
    'users.id',
    'users.name',
    'users.email',
    'users.created_at',
    users
      .exists(
        users
          .selectFrom('second_factors')
          .whereRef('second_factors.user_id', '=', 'users.id')
          .where('confirmed_at', 'is not', null)
          .select('user_id'),
      )
      .as('second_factor'),
    jsonArrayFrom(
      users
        .selectFrom('memberships')
        .innerJoin('tenants', 'tenants.id', 'memberships.tenant_id')
        .whereRef('memberships.user_id', '=', 'users.id')
        .orderBy('memberships.created_at')
        .orderBy('tenants.id')
        .select(['tenants.id', 'tenants.name', 'memberships.role']),
    ).as('tenants'),
    jsonArrayFrom(
      users
        .selectFrom('account_locks')
        .whereRef('account_locks.user_id', '=', 'users.id')
        .where(({ eb, or }) => or([eb('until', 'is', null), eb('until', '>', now)]))
        .orderBy('locked_at', 'desc')
        .select(['kind', 'reason', 'locked_by', 'locked_at', 'until']),
    ).as('locks'),
  ]);
}

type Row = Awaited<ReturnType<ReturnType<typeof accounts>['executeTakeFirstOrThrow']>>;

function toAccount({
  id,
  name,
  email,
  created_at,
  second_factor,
  tenants,
  locks,
}: Row): z.infer<typeof accountBody> {
  return {
    id,
    name,
    email,
    created_at: created_at.toISOString(),
    second_factor: second_factor === true,
    tenants,
    // Instants inside JSON are text as Postgres writes it.
    locks: locks.map(({ locked_at, until, ...lock }) => ({
      ...lock,
      locked_at: new Date(locked_at).toISOString(),
      until: until === null ? null : new Date(until).toISOString(),
    })),
  };
}
