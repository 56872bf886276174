import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { audit, SYSTEM } from '../../audit/audit.ts';
import type { Schema } from '../../postgres/schema.ts';

/**
 * Makes somebody one of those who run the platform.
 *
 * @param platform the tenant that operators are people of
 * @returns false when they are already
 */
export async function appointOperator(
  db: Kysely<Schema>,
  platform: TenantId,
  userId: string,
): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const joined = await transaction
      .insertInto('memberships')
      .values({ user_id: userId, tenant_id: platform, role: 'operator' })
      .onConflict((conflict) => conflict.columns(['user_id', 'tenant_id']).doNothing())
      .returning('user_id')
      .executeTakeFirst();
    if (joined === undefined) {
      return false;
    }
    await audit(transaction, {
      action: 'person.joined',
      tenantId: platform,
      actor: SYSTEM,
      subject: { kind: 'user', id: userId },
      details: { role: 'operator' },
    });
    return true;
  });
}
