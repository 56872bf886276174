import { type Kysely, sql } from 'kysely';
import { audit, SYSTEM } from '../../audit/audit.ts';
import type { Schema } from '../../postgres/schema.ts';
import { isTenantId } from '../../tenants/tenant.ts';
import { endSessions } from '../sessions.ts';

/**
 * Takes somebody's second factor away, for when authenticator and recovery codes are both lost. Their sessions end.
 *
 * @returns false when they have none
 */
export async function resetSecondFactor(db: Kysely<Schema>, userId: string, now: Date): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const removed = await transaction
      .deleteFrom('second_factors')
      .where('user_id', '=', userId)
      .returning(
        sql<string | null>`(
        select tenant_id from memberships where memberships.user_id = second_factors.user_id
        order by created_at, tenant_id limit 1
      )`.as('tenant_id'),
      )
      .executeTakeFirst();
    if (removed === undefined) {
      return false;
    }
    await endSessions(transaction, { userId }, 'second-factor', now);
    const { tenant_id } = removed;
    await audit(transaction, {
      action: 'second-factor.disabled',
      tenantId: tenant_id !== null && isTenantId(tenant_id) ? tenant_id : null,
      actor: SYSTEM,
      subject: { kind: 'user', id: userId },
    });
    return true;
  });
}
