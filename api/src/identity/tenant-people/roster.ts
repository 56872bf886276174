/*
 * The people of a tenant.
 *
 * What always holds: a tenant that had an administrator keeps one, also when two take each other's role away at the same
 * moment; nobody changes their own place; whoever changes role or leaves has to log in again, their access tokens are
 * over at once.
 */
import type { TenantId } from '@riwayat/collector';
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { type Actor, audit } from '../../audit/audit.ts';
import { problem } from '../../errors/problem.ts';
import { cut, type ListQuery, ordering, pageOf } from '../../lists/page.ts';
import { levelsChanged } from '../../metering/background.ts';
import type { Schema } from '../../postgres/schema.ts';
import type { EndedSessions } from '../ended-sessions.ts';
import { TENANT_ROLES, type TenantRole } from '../permissions.ts';
import type { Principal } from '../principal.ts';
import { endSessions } from '../sessions.ts';

/** Words beyond these are ignored. */
const MOST_WORDS = 8;

const personBody = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(TENANT_ROLES),
    joined_at: z.iso.datetime(),
  })
  .meta({ id: 'TenantPerson' });

export const personPage = pageOf(personBody).meta({ id: 'TenantPersonPage' });

/** A tenant's people, newest first; of those asked for every word is somewhere in the name or the e-mail address. */
export async function listPeople(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { q, limit, cursor }: ListQuery,
): Promise<z.infer<typeof personPage>> {
  const order = ordering(sql.ref('memberships.created_at'), 'timestamptz', sql.ref('users.id'), cursor);
  const rows = await db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .where('memberships.tenant_id', '=', tenantId)
    .where('memberships.role', '!=', 'operator')
    .where(hasWords(q))
    .where(order.after)
    .orderBy(order.by, 'desc')
    .orderBy('users.id')
    .limit(limit + 1)
    .select(['users.id', 'users.name', 'users.email', 'memberships.role', 'memberships.created_at'])
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, ({ created_at, key: _, ...person }) =>
    personBody.parse({ ...person, joined_at: created_at.toISOString() }),
  );
}

function hasWords(question: string | undefined): RawBuilder<SqlBool> {
  const words = (question ?? '').split(/\s+/).filter((word) => word !== '');
  const patterns = words.slice(0, MOST_WORDS).map((word) => `%${word.replace(/[\\%_]/g, '\\$&')}%`);
  return sql<SqlBool>`(users.name || ' ' || users.email) ilike all (${patterns}::text[])`;
}

interface RosterOptions {
  readonly db: Kysely<Schema>;
  readonly ended: EndedSessions;
  readonly now: () => Date;
}

/** Who asks, as the audit log knows them. */
interface Asker {
  readonly principal: Principal;
  readonly actor: Actor;
}

/** Changes who the people of a tenant are. */
export class Roster {
  readonly #db: Kysely<Schema>;
  readonly #ended: EndedSessions;
  readonly #now: () => Date;

  constructor({ db, ended, now }: RosterOptions) {
    this.#db = db;
    this.#ended = ended;
    this.#now = now;
  }

  /**
   * @throws {ProblemError} `not-found` for nobody of the tenant; `own-place`; `last-administrator`
   */
  async changeRole(userId: string, role: TenantRole, { principal, actor }: Asker): Promise<void> {
    const { tenantId } = principal;
    await this.#db.transaction().execute(async (transaction) => {
      const before = await placeOf(transaction, userId, principal);
      if (before === role) {
        return;
      }
      await assertAdministratorLeft(transaction, tenantId, userId, role);
      await transaction
        .updateTable('memberships')
        .set({ role })
        .where('tenant_id', '=', tenantId)
        .where('user_id', '=', userId)
        .execute();
      await endSessions(transaction, { userId, tenantId }, 'role', this.#now());
      await levelsChanged(transaction, tenantId);
      await audit(transaction, {
        action: 'person.role-changed',
        tenantId,
        actor,
        subject: { kind: 'user', id: userId },
        details: { before, after: role },
      });
    });
    await this.#ended.spread();
  }

  /**
   * Takes a person out of the tenant. Their account stays: they may be people of other tenants.
   *
   * @throws {ProblemError} as {@link changeRole}
   */
  async remove(userId: string, { principal, actor }: Asker): Promise<void> {
    const { tenantId } = principal;
    await this.#db.transaction().execute(async (transaction) => {
      const role = await placeOf(transaction, userId, principal);
      await assertAdministratorLeft(transaction, tenantId, userId, undefined);
      // Their sessions in the tenant go with it.
      await transaction
        .deleteFrom('memberships')
        .where('tenant_id', '=', tenantId)
        .where('user_id', '=', userId)
        .execute();
      await levelsChanged(transaction, tenantId);
      await audit(transaction, {
        action: 'person.removed',
        tenantId,
        actor,
        subject: { kind: 'user', id: userId },
        details: { role },
      });
    });
    await this.#ended.spread();
  }
}

/** The role of one of the tenant's people who is not the one that asks. Nobody else changes it until the commit. */
async function placeOf(
  transaction: Kysely<Schema>,
  userId: string,
  { userId: asking, tenantId }: Principal,
): Promise<string> {
  if (userId === asking) {
    throw problem('own-place');
  }
  // Everybody who could be the last administrator, in the same order for whoever asks: two who change each other wait.
  await transaction
    .selectFrom('memberships')
    .where('tenant_id', '=', tenantId)
    .where('role', '=', 'administrator')
    .orderBy('user_id')
    .select('user_id')
    .forUpdate()
    .execute();
  const membership = await transaction
    .selectFrom('memberships')
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .select('role')
    .forUpdate()
    .executeTakeFirst();
  if (membership === undefined) {
    throw problem('not-found', { detail: 'Nobody of this tenant has this id.' });
  }
  return membership.role;
}

async function assertAdministratorLeft(
  transaction: Kysely<Schema>,
  tenantId: TenantId,
  userId: string,
  role: TenantRole | undefined,
): Promise<void> {
  const other = await transaction
    .selectFrom('memberships')
    .where('tenant_id', '=', tenantId)
    .where('role', '=', 'administrator')
    .where('user_id', '!=', userId)
    .select('user_id')
    .executeTakeFirst();
  if (other === undefined && role !== 'administrator') {
    throw problem('last-administrator');
  }
}
