import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Cache } from '../coordination/coordination.ts';
import type { Schema } from '../postgres/schema.ts';

const MOST_MATERIALS = 10;
const MOST_ACTS = 10;
const STATISTICS_TTL_SECONDS = 5 * 60;

export const statisticsBody = z
  .object({
    learners: z.int().describe('Members of the tenant'),
    materials: z.int(),
    notifications: z.object({
      sent: z.int().describe('To learners, about materials'),
      read: z.int(),
    }),
    engagement: z
      .array(
        z.object({
          id: z.string(),
          title: z.string(),
          downloads: z.int(),
          learners: z.int().describe('Different people who downloaded it'),
        }),
      )
      .describe('The materials downloaded most, most first'),
    recent: z
      .array(
        z.object({
          at: z.iso.datetime(),
          action: z.string(),
          by: z.string().nullable().describe('Name; null: somebody who is gone'),
          title: z.string(),
        }),
      )
      .describe('What was done with materials, newest first'),
    generated_at: z.iso.datetime().describe('At most five minutes ago'),
  })
  .meta({ id: 'MaterialStatistics' });

export type MaterialStatistics = z.infer<typeof statisticsBody>;

/** Whose materials: one person's, or with null, everybody's of the tenant. */
export interface StatisticsScope {
  readonly tenantId: TenantId;
  readonly userId: string | null;
}

/** How materials are used, asked of the database now. */
async function materialStatistics(
  db: Kysely<Schema>,
  scope: StatisticsScope,
  now: Date,
): Promise<MaterialStatistics> {
  // One after another, so that one page does not take half of the connections.
  return {
    learners: await countLearners(db, scope),
    materials: await countMaterials(db, scope),
    notifications: await countNotifications(db, scope),
    engagement: await engagement(db, scope),
    recent: await recentActs(db, scope),
    generated_at: now.toISOString(),
  };
}

/**
 * The statistics as they were at most five minutes ago.
 *
 * @returns `cached`: whether they were known already
 */
export async function cachedStatistics(
  { db, cache, now }: { db: Kysely<Schema>; cache: Cache; now: () => Date },
  scope: StatisticsScope,
): Promise<{ readonly statistics: MaterialStatistics; readonly cached: boolean }> {
  const key = cacheKey(scope);
  const known = await cache.get(key);
  if (known !== undefined) {
    return { statistics: statisticsBody.parse(JSON.parse(known)), cached: true };
  }
  const statistics = await materialStatistics(db, scope, now());
  await cache.set(key, JSON.stringify(statistics), STATISTICS_TTL_SECONDS);
  return { statistics, cached: false };
}

/** After a material came or went: who did it wants to see it. */
export async function forgetStatistics(cache: Cache, tenantId: TenantId, userId: string): Promise<void> {
  await cache.delete(cacheKey({ tenantId, userId }), cacheKey({ tenantId, userId: null }));
}

function cacheKey({ tenantId, userId }: StatisticsScope): string {
  return `materials:statistics:${tenantId}:${userId ?? '*'}`;
}

async function countLearners(db: Kysely<Schema>, { tenantId }: StatisticsScope): Promise<number> {
  const { learners } = await db
    .selectFrom('memberships')
    .where('tenant_id', '=', tenantId)
    .where('role', '=', 'member')
    .select((of) => of.fn.countAll<string>().as('learners'))
    .executeTakeFirstOrThrow();
  return Number(learners);
}

function materialsOf(db: Kysely<Schema>, { tenantId, userId }: StatisticsScope) {
  return db
    .selectFrom('materials')
    .where('materials.tenant_id', '=', tenantId)
    .$if(userId !== null, (query) => query.where('materials.published_by', '=', userId));
}

async function countMaterials(db: Kysely<Schema>, scope: StatisticsScope): Promise<number> {
  const { materials } = await materialsOf(db, scope)
    .select((of) => of.fn.countAll<string>().as('materials'))
    .executeTakeFirstOrThrow();
  return Number(materials);
}

async function countNotifications(
  db: Kysely<Schema>,
  scope: StatisticsScope,
): Promise<MaterialStatistics['notifications']> {
  const { sent, read } = await db
    .selectFrom('notifications')
    .where('tenant_id', '=', scope.tenantId)
    .where('kind', '=', 'material.published')
    .$if(scope.userId !== null, (query) =>
      query.where(sql<string>`values->>'material'`, 'in', materialsOf(db, scope).select('materials.id')),
    )
    .select([
      sql<string>`count(*)`.as('sent'),
      sql<string>`count(*) filter (where read_at is not null)`.as('read'),
    ])
    .executeTakeFirstOrThrow();
  return { sent: Number(sent), read: Number(read) };
}

async function engagement(
  db: Kysely<Schema>,
  scope: StatisticsScope,
): Promise<MaterialStatistics['engagement']> {
  const rows = await materialsOf(db, scope)
    .leftJoin('material_downloads as downloaded', (join) =>
      join
        .onRef('downloaded.tenant_id', '=', 'materials.tenant_id')
        .onRef('downloaded.material_id', '=', 'materials.id'),
    )
    .groupBy(['materials.tenant_id', 'materials.id'])
    .select([
      'materials.id',
      'materials.title',
      sql<string>`coalesce(sum(downloaded.downloads), 0)`.as('downloads'),
      sql<string>`count(downloaded.user_id)`.as('learners'),
    ])
    .orderBy('downloads', 'desc')
    .orderBy('materials.id')
    .limit(MOST_MATERIALS)
    .execute();
  return rows.map(({ downloads, learners, ...row }) => ({
    ...row,
    downloads: Number(downloads),
    learners: Number(learners),
  }));
}

async function recentActs(
  db: Kysely<Schema>,
  { tenantId, userId }: StatisticsScope,
): Promise<MaterialStatistics['recent']> {
  const rows = await db
    .selectFrom('audit_log')
    .leftJoin('users', 'users.id', 'audit_log.actor_id')
    .where('audit_log.tenant_id', '=', tenantId)
    .where('audit_log.action', 'in', ['material.published', 'material.deleted'])
    .$if(userId !== null, (query) => query.where('audit_log.actor_id', '=', userId))
    .select([
      'audit_log.at',
      'audit_log.action',
      'users.name as by',
      sql<string>`coalesce(audit_log.details->>'title', '')`.as('title'),
    ])
    .orderBy('audit_log.id', 'desc')
    .limit(MOST_ACTS)
    .execute();
  return rows.map(({ at, ...row }) => ({ at: at.toISOString(), ...row }));
}
