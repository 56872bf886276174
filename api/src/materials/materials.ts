import { randomBytes } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import type { ReceivedFile } from '../files/receive.ts';
import { cut, type ListQuery, ordering, textQuery } from '../lists/page.ts';
import { levelsChanged } from '../metering/background.ts';
import type { Schema } from '../postgres/schema.ts';
import { type Material, type MaterialFields, type MaterialPage, materialBody } from './material.ts';

const ID_BYTES = 12;

/** A tenant's materials: those that fit a question best first, else the newest first. */
export async function listMaterials(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { q, limit, cursor }: ListQuery,
): Promise<MaterialPage> {
  const asked = textQuery(q);
  if (asked === null) {
    return { data: [], next_cursor: null };
  }
  const id = sql.ref('materials.id');
  const query = sql`to_tsquery('simple', ${asked})`;
  const order =
    asked === undefined
      ? ordering(sql.ref('materials.created_at'), 'timestamptz', id, cursor)
      : ordering(sql`ts_rank(materials.search, ${query})::float8`, 'float8', id, cursor);
  const rows = await materials(db, tenantId)
    .where(asked === undefined ? sql<boolean>`true` : sql<boolean>`materials.search @@ ${query}`)
    .where(order.after)
    .orderBy(order.by, 'desc')
    .orderBy('materials.id')
    .limit(limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, toMaterial);
}

export async function findMaterial(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
): Promise<Material | undefined> {
  const row = await materials(db, tenantId).where('materials.id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toMaterial(row);
}

export interface NewMaterial {
  readonly tenantId: TenantId;
  readonly publishedBy: string;
  readonly fields: MaterialFields;
  readonly file: ReceivedFile;
}

/** @returns its id */
export async function insertMaterial(
  db: Kysely<Schema>,
  { tenantId, publishedBy, fields, file }: NewMaterial,
): Promise<string> {
  const id = `mat_${randomBytes(ID_BYTES).toString('hex')}`;
  await db
    .insertInto('materials')
    .values({
      tenant_id: tenantId,
      id,
      title: fields.title,
      description: fields.description,
      file_key: file.key,
      file_name: file.name,
      content_type: file.contentType,
      bytes: file.bytes,
      sha256: file.sha256,
      published_by: publishedBy,
    })
    .execute();
  await levelsChanged(db, tenantId);
  return id;
}

/** The file of a material. */
export interface MaterialFile {
  readonly key: string;
  readonly name: string;
  readonly contentType: string;
}

/**
 * Takes a material away.
 *
 * @returns what it was, and its file, which is still there; undefined when it was gone
 */
export async function deleteMaterial(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
): Promise<{ readonly title: string; readonly fileKey: string } | undefined> {
  const deleted = await db
    .deleteFrom('materials')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .returning(['title', 'file_key as fileKey'])
    .executeTakeFirst();
  await levelsChanged(db, tenantId);
  return deleted;
}

/**
 * Counts a download.
 *
 * @returns the file; undefined when there is no such material
 */
export async function countDownload(
  db: Kysely<Schema>,
  { tenantId, id, userId, at }: { tenantId: TenantId; id: string; userId: string; at: Date },
): Promise<MaterialFile | undefined> {
  const { rows } = await sql<MaterialFile>`
    with material as (
      -- Shared: who deletes it waits, and then takes the count with it.
      select tenant_id, id, file_key, file_name, content_type from materials
      where tenant_id = ${tenantId} and id = ${id}
      for key share
    ), counted as (
      insert into material_downloads as known (tenant_id, material_id, user_id, last_at)
      select tenant_id, id, ${userId}, ${at} from material
      on conflict (tenant_id, material_id, user_id)
      do update set downloads = known.downloads + 1, last_at = excluded.last_at
    )
    select file_key as key, file_name as name, content_type as "contentType" from material`.execute(db);
  return rows[0];
}

function materials(db: Kysely<Schema>, tenantId: TenantId) {
  return db
    .selectFrom('materials')
    .leftJoin('users', 'users.id', 'materials.published_by')
    .where('materials.tenant_id', '=', tenantId)
    .select([
      'materials.id',
      'materials.title',
      'materials.description',
      'materials.file_name',
      'materials.content_type',
      'materials.bytes',
      'materials.sha256',
      'materials.created_at',
      'users.id as publisher_id',
      'users.name as publisher_name',
    ]);
}

type MaterialRow = Awaited<ReturnType<ReturnType<typeof materials>['executeTakeFirstOrThrow']>>;

function toMaterial({ publisher_id, publisher_name, created_at, bytes, ...row }: MaterialRow): Material {
  return materialBody.parse({
    ...row,
    bytes: Number(bytes),
    published_by: publisher_id === null ? null : { id: publisher_id, name: publisher_name },
    created_at: created_at.toISOString(),
  });
}
