import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { levelsChanged } from '../metering/background.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';
import { newUserId } from './people.ts';
import type { TenantRole } from './permissions.ts';

/** Somebody who proved that an e-mail address is theirs. */
interface Proven {
  readonly tenantId: string;
  readonly role: TenantRole;
  readonly email: string;
  /** What they are made with when nobody has the address; undefined: they must be known. */
  readonly newcomer: { readonly name: string; readonly passwordHash: string } | undefined;
}

/**
 * Makes somebody one of a tenant's people. One who is known keeps their name and password, and in a tenant that they are
 * in already their role.
 *
 * @param db a transaction
 * @throws {Error} when they are not known and not to be made
 */
export async function becomePerson(
  db: Kysely<Schema>,
  { tenantId, role, email, newcomer }: Proven,
): Promise<{ userId: string; tenantId: TenantId; joined: boolean }> {
  if (newcomer !== undefined) {
    await db
      .insertInto('users')
      .values({ id: newUserId(), email, name: newcomer.name, password_hash: newcomer.passwordHash })
      .onConflict((conflict) => conflict.column('email').doNothing())
      .execute();
  }
  const { id: userId } = await db
    .selectFrom('users')
    .where('email', '=', email)
    .select('id')
    .executeTakeFirstOrThrow();
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('memberships')
    .values({ user_id: userId, tenant_id: tenantId, role })
    .onConflict((conflict) => conflict.columns(['user_id', 'tenant_id']).doNothing())
    .executeTakeFirst();
  if (!isTenantId(tenantId)) {
    throw new Error(`"${tenantId}" is stored as a tenant's id and is none.`);
  }
  const joined = (numInsertedOrUpdatedRows ?? 0n) > 0n;
  if (joined) {
    await levelsChanged(db, tenantId);
  }
  return { userId, tenantId, joined };
}
