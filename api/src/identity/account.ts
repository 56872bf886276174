import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../postgres/schema.ts';
import { LOCALES, type Locale, type Tenant, tenantRow } from '../tenants/tenant.ts';
import { ROLES, type Role } from './permissions.ts';

/** A person in one of their tenants. */
export interface Account {
  readonly user: { readonly id: string; readonly name: string; readonly email: string };
  readonly role: Role;
  readonly tenant: Tenant;
  /** What they read: their own choice, or else the tenant's. */
  readonly locale: Locale;
}

const accountRow = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  user_locale: z.enum(LOCALES).nullable(),
  tenant: tenantRow,
});

/**
 * A person in a tenant, or undefined when they are not one of its people.
 *
 * @param tenantId left out: the tenant they have been in longest
 */
export async function findAccount(
  db: Kysely<Schema>,
  userId: string,
  tenantId?: string,
): Promise<Account | undefined> {
  let query = db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .innerJoin('tenants', 'tenants.id', 'memberships.tenant_id')
    .where('memberships.user_id', '=', userId)
    .orderBy('memberships.created_at')
    .orderBy('memberships.tenant_id')
    .limit(1)
    .select([
      'users.id',
      'users.name',
      'users.email',
      'users.locale as user_locale',
      'memberships.role',
      'tenants.id as tenant_id',
      'tenants.name as tenant_name',
      'tenants.timezone',
      'tenants.locale',
    ]);
  if (tenantId !== undefined) {
    query = query.where('memberships.tenant_id', '=', tenantId);
  }
  const row = await query.executeTakeFirst();
  if (row === undefined) {
    return undefined;
  }
  const { tenant_id, tenant_name, timezone, locale } = row;
  const { id, name, email, role, user_locale, tenant } = accountRow.parse({
    ...row,
    tenant: { id: tenant_id, name: tenant_name, timezone, locale },
  });
  return { user: { id, name, email }, role, tenant, locale: user_locale ?? tenant.locale };
}
