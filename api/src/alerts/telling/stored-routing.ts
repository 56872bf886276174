import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { jsonText } from '../../postgres/json.ts';
import type { Schema } from '../../postgres/schema.ts';
import { type AlertRoute, alertRouteSchema, defaultRoutes } from './routing.ts';

/** A tenant's routes, and which of its decisions they are. */
export interface Routing {
  /** 0: the defaults. */
  readonly version: number;
  readonly routes: readonly AlertRoute[];
}

const routesOfTenant = z.object({
  tenant_id: z.string(),
  version: z.int(),
  routes: z.array(alertRouteSchema),
});

/** The routes of each of some tenants: its own or the defaults. */
export async function routingsOf(
  db: Kysely<Schema>,
  tenantIds: readonly string[],
): Promise<Map<string, Routing>> {
  const { rows } = await sql`
    select alert_routings.tenant_id, version, coalesce(
      json_agg(json_strip_nulls(json_build_object('level', level, 'role', role, 'user_id', user_id, 'topics', topics,
        'least', least, 'channels', channels)) order by position) filter (where position is not null), '[]') as routes
    from alert_routings left join alert_routes using (tenant_id)
    where alert_routings.tenant_id = any(${[...tenantIds]})
    group by alert_routings.tenant_id`.execute(db);
  const routings = new Map<string, Routing>(
    tenantIds.map((id) => [id, { version: 0, routes: defaultRoutes(id) }]),
  );
  for (const row of rows) {
    const { tenant_id, version, routes } = routesOfTenant.parse(row);
    routings.set(tenant_id, { version, routes });
  }
  return routings;
}

/** A tenant's routes: its own or the defaults. */
export async function routingOf(db: Kysely<Schema>, tenantId: TenantId): Promise<Routing> {
  const routing = (await routingsOf(db, [tenantId])).get(tenantId);
  return routing ?? { version: 0, routes: defaultRoutes(tenantId) };
}

/**
 * Replaces a tenant's routes.
 *
 * @param db the transaction
 * @param seen the version that was changed; 0: the defaults; null: whatever there is
 * @returns the new version; undefined when somebody else has made one meanwhile
 */
export async function replaceRouting(
  db: Kysely<Schema>,
  tenantId: TenantId,
  {
    seen,
    routes,
    now,
  }: { readonly seen: number | null; readonly routes: readonly AlertRoute[]; readonly now: Date },
): Promise<number | undefined> {
  const { rows } = await sql<{ version: number }>`
    insert into alert_routings as known (tenant_id, version, updated_at)
    select ${tenantId}, 1, ${now}
    where ${seen}::int is null or ${seen}::int = coalesce((select version from alert_routings where tenant_id = ${tenantId}), 0)
    on conflict (tenant_id) do update set version = known.version + 1, updated_at = ${now}
    where ${seen}::int is null or known.version = ${seen}::int
    returning known.version`.execute(db);
  const version = rows[0]?.version;
  if (version === undefined) {
    return undefined;
  }
  await db.deleteFrom('alert_routes').where('tenant_id', '=', tenantId).execute();
  await sql`
    insert into alert_routes (tenant_id, position, level, role, user_id, topics, least, channels)
    select ${tenantId}, position, level, role, user_id, topics, least, channels
    from jsonb_to_recordset(${jsonText(routes.map((route, position) => ({ ...route, position })))}::jsonb)
      as route(position int, level int, role text, user_id text, topics text[], least text, channels text[])`.execute(
    db,
  );
  return version;
}

/** Which of these are not people of the tenant. */
export async function strangers(
  db: Kysely<Schema>,
  tenantId: TenantId,
  userIds: readonly string[],
): Promise<Set<string>> {
  const members = await db
    .selectFrom('memberships')
    .where('tenant_id', '=', tenantId)
    .where('user_id', 'in', [...userIds, ''])
    .select('user_id')
    .execute();
  const known = new Set(members.map(({ user_id }) => user_id));
  return new Set(userIds.filter((id) => !known.has(id)));
}
