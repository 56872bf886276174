import type { TenantId } from '@riwayat/collector';
import { type Kysely, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { type ProblemError, problem } from '../errors/problem.ts';
import { type ListQuery, ordering } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import { type PageDocument, pageDocument } from './document.ts';
import type { PageTables } from './tables.ts';

export type Page = Selectable<PageTables['pages']>;
export type Version = Selectable<PageTables['page_versions']>;

export const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Which page of which tenant. */
export interface PageAddress {
  readonly tenantId: TenantId;
  readonly slug: string;
}

/** A page as its editors have it: its newest version. */
export interface Draft {
  readonly page: Page;
  readonly document: PageDocument;
}

/** A page as the public sees it. */
export const publishedPage = pageDocument
  .extend({
    slug: z.string(),
    version: z.int(),
    published_at: z.iso.datetime(),
  })
  .meta({ id: 'PublishedPage' });

export type PublishedPage = z.infer<typeof publishedPage>;

type Paged = Pick<ListQuery, 'limit' | 'cursor'>;

interface Rows<T> {
  readonly rows: readonly T[];
  readonly nextCursor: string | null;
}

/** What the public sees; undefined when there is no such page, or none that is published. */
export async function findPublished(
  db: Kysely<Schema>,
  { tenantId, slug }: PageAddress,
): Promise<PublishedPage | undefined> {
  const row = await db
    .selectFrom('pages')
    .innerJoin('page_versions', (join) =>
      join
        .onRef('page_versions.page_id', '=', 'pages.id')
        .onRef('page_versions.version', '=', 'pages.published_version'),
    )
    .where('pages.tenant_id', '=', tenantId)
    .where('pages.slug', '=', slug)
    .select(['page_versions.version', 'page_versions.document', 'pages.published_at'])
    .executeTakeFirst();
  return row === undefined
    ? undefined
    : publishedPage.parse({
        slug,
        version: row.version,
        published_at: row.published_at?.toISOString(),
        ...pageDocument.parse(row.document),
      });
}

/** The pages of a tenant with the titles of their newest versions, what changed last first. */
export async function listPages(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { limit, cursor }: Paged,
): Promise<Rows<Page & { readonly title: string }>> {
  const order = ordering(sql.ref('pages.updated_at'), 'timestamptz', sql.ref('pages.slug'), cursor);
  const rows = await db
    .selectFrom('pages')
    .innerJoin('page_versions', (join) =>
      join
        .onRef('page_versions.page_id', '=', 'pages.id')
        .onRef('page_versions.version', '=', 'pages.latest_version'),
    )
    .where('pages.tenant_id', '=', tenantId)
    .where(order.after)
    .orderBy(order.by, 'desc')
    .orderBy('pages.slug')
    .limit(limit + 1)
    .selectAll('pages')
    .select([sql<string>`page_versions.document ->> 'title'`.as('title'), order.key.as('key')])
    .execute()
    .catch(order.blame);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    rows: rows.slice(0, limit),
    nextCursor: last === undefined ? null : order.cursor({ key: last.key, id: last.slug }),
  };
}

/** A page and its newest version. @throws {ProblemError} `not-found` */
export async function findDraft(db: Kysely<Schema>, address: PageAddress): Promise<Draft> {
  const page = await findPage(db, address);
  return { page, document: await documentOf(db, page.id, page.latest_version) };
}

/** The versions of a page, the newest first, without what is in them. @throws {ProblemError} `not-found` */
export async function listVersions(
  db: Kysely<Schema>,
  address: PageAddress,
  { limit, cursor }: Paged,
): Promise<Rows<Omit<Version, 'document'>> & { readonly page: Page }> {
  const page = await findPage(db, address);
  const order = ordering(sql.ref('version'), 'numeric', sql`version::text`, cursor);
  const rows = await db
    .selectFrom('page_versions')
    .where('page_id', '=', page.id)
    .where(order.after)
    .orderBy('version', 'desc')
    .limit(limit + 1)
    .select(['page_id', 'version', 'created_at', 'created_by', 'restored_from', order.key.as('key')])
    .execute()
    .catch(order.blame);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    page,
    rows: rows.slice(0, limit),
    nextCursor: last === undefined ? null : order.cursor({ key: last.key, id: String(last.version) }),
  };
}

/** One version of a page. @throws {ProblemError} `not-found` for no such page or version */
export async function findVersion(
  db: Kysely<Schema>,
  address: PageAddress,
  version: number,
): Promise<{ readonly page: Page; readonly version: Version; readonly document: PageDocument }> {
  const page = await findPage(db, address);
  const row = await db
    .selectFrom('page_versions')
    .where('page_id', '=', page.id)
    .where('version', '=', version)
    .selectAll()
    .executeTakeFirst();
  if (row === undefined) {
    throw noVersion(version);
  }
  return { page, version: row, document: pageDocument.parse(row.document) };
}

/** What is in a version. @throws {ProblemError} `not-found` */
export async function documentOf(db: Kysely<Schema>, pageId: string, version: number): Promise<PageDocument> {
  const row = await db
    .selectFrom('page_versions')
    .where('page_id', '=', pageId)
    .where('version', '=', version)
    .select('document')
    .executeTakeFirst();
  if (row === undefined) {
    throw noVersion(version);
  }
  return pageDocument.parse(row.document);
}

async function findPage(db: Kysely<Schema>, { tenantId, slug }: PageAddress): Promise<Page> {
  const page = await db
    .selectFrom('pages')
    .where('tenant_id', '=', tenantId)
    .where('slug', '=', slug)
    .selectAll()
    .executeTakeFirst();
  if (page === undefined) {
    throw noPage();
  }
  return page;
}

export function noPage(): ProblemError {
  return problem('not-found', { detail: 'There is no such page.' });
}

export function noVersion(version: number): ProblemError {
  return problem('not-found', { detail: `The page has no version ${version}.` });
}
