import type { Select, Store } from '../store/store.ts';
import type { PlatformScope, TenantScope } from '../usage/tenant-scope.ts';

/** Whose rows: those of some tenants, each apart, or of all together. */
export type Whose = { readonly tenants: readonly TenantScope[] } | { readonly platform: PlatformScope };

/** SQL of whose rows are read, and how they are told apart. */
interface Columns {
  readonly tenant: string;
  /** Of all tenants together, ids of people are told apart by their tenants. */
  readonly person: string;
  readonly isTheirs: string;
}

/** A question that is asked of somebody's rows. */
export type SelectOf<T> = Omit<Select<T>, 'sql'> & { readonly sql: (columns: Columns) => string };

const OF_TENANTS: Columns = {
  tenant: 'toString(tenant_id)',
  person: 'toString(user_id)',
  isTheirs: 'tenant_id IN {tenants:Array(String)}',
};
const OF_EVERYBODY: Columns = { tenant: "''", person: '(tenant_id, user_id)', isTheirs: 'true' };

/** Asks a question within a scope. @throws {StoreError} */
export function selectOf<T>(
  store: Pick<Store, 'select'>,
  whose: Whose,
  { sql, params, ...select }: SelectOf<T>,
): Promise<T[]> {
  if ('platform' in whose) {
    return store.select({ ...select, sql: sql(OF_EVERYBODY), params });
  }
  const tenants = whose.tenants.map((scope) => scope.tenantId);
  return store.select({ ...select, sql: sql(OF_TENANTS), params: { ...params, tenants } });
}
