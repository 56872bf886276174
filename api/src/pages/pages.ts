import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import type { AuditAction } from '../audit/actions.ts';
import { type Actor, audit } from '../audit/audit.ts';
import type { JsonCache } from '../coordination/json-cache.ts';
import { problem } from '../errors/problem.ts';
import type { Database } from '../postgres/database.ts';
import { jsonText } from '../postgres/json.ts';
import type { Schema } from '../postgres/schema.ts';
import type { PageDocument } from './document.ts';
import { type Draft, documentOf, noPage, noVersion, type Page, type PageAddress } from './reading.ts';

/** What a change was made of: a page that was saved by somebody else meanwhile is not overwritten. */
export type Basis = { readonly pageId: string; readonly version: number } | 'any';

/** Everything that the public reads of the pages of a tenant is forgotten together. */
export function pagesTag(tenantId: TenantId): string {
  return `pages/${tenantId}`;
}

/**
 * The pages of tenants and their versions. A version is never changed: saving makes a new one, publishing chooses
 * one, rolling back makes a new one of an old one and publishes that. What the public sees is forgotten by every cache before
 * a change of it is answered.
 */
export class Pages {
  readonly #database: Database;
  readonly #cache: JsonCache;
  readonly #now: () => Date;

  constructor(database: Database, cache: JsonCache, now: () => Date) {
    this.#database = database;
    this.#cache = cache;
    this.#now = now;
  }

  /**
   * Makes a page, not published yet.
   *
   * @throws {ProblemError} `conflict` when there is one with this slug
   */
  async create(address: PageAddress, document: PageDocument, actor: Actor): Promise<Draft> {
    const { tenantId, slug } = address;
    const now = this.#now();
    const page = await this.#database.db.transaction().execute(async (transaction) => {
      const made = await transaction
        .insertInto('pages')
        .values({ tenant_id: tenantId, slug, latest_version: 1, created_at: now, updated_at: now })
        .onConflict((conflict) => conflict.columns(['tenant_id', 'slug']).doNothing())
        .returningAll()
        .executeTakeFirst();
      if (made === undefined) {
        throw problem('conflict', {
          detail: `There is a page "${slug}" already: save a new version of it, or choose another slug.`,
        });
      }
      await addVersion(transaction, made, document, actor, null);
      await note(transaction, 'page.saved', address, actor, { version: 1 });
      return made;
    });
    return { page, document };
  }

  /**
   * Saves a new version of a page; the public goes on seeing the one that is published.
   *
   * @throws {ProblemError} `not-found`; `page-changed` when the basis is not the newest version
   */
  async save(address: PageAddress, basis: Basis, document: PageDocument, actor: Actor): Promise<Draft> {
    const page = await this.#database.db.transaction().execute(async (transaction) => {
      const found = await locked(transaction, address);
      if (basis !== 'any' && (basis.pageId !== found.id || basis.version !== found.latest_version)) {
        throw problem('page-changed', {
          detail: `The page has been saved since you read it: version ${found.latest_version} is the newest. Read it, and save again.`,
        });
      }
      const saved = await this.#next(transaction, found, {});
      await addVersion(transaction, saved, document, actor, null);
      await note(transaction, 'page.saved', address, actor, { version: saved.latest_version });
      return saved;
    });
    return { page, document };
  }

  /**
   * Lets the public see a version, the newest unless said. One that it sees already stays as it is.
   *
   * @throws {ProblemError} `not-found` for no such page or version
   */
  async publish(address: PageAddress, asked: number | undefined, actor: Actor): Promise<Page> {
    const page = await this.#database.db.transaction().execute(async (transaction) => {
      const found = await locked(transaction, address);
      const version = asked ?? found.latest_version;
      if (version > found.latest_version) {
        throw noVersion(version);
      }
      if (version === found.published_version) {
        return found;
      }
      const published = await transaction
        .updateTable('pages')
        .set({ published_version: version, published_at: this.#now(), updated_at: this.#now() })
        .where('id', '=', found.id)
        .returningAll()
        .executeTakeFirstOrThrow();
      await note(transaction, 'page.published', address, actor, { version, before: found.published_version });
      return published;
    });
    await this.#cache.invalidate(pagesTag(address.tenantId));
    return page;
  }

  /**
   * Makes the newest version of an old one, and publishes it.
   *
   * @throws {ProblemError} `not-found` for no such page or version; `conflict` when the version is the newest
   */
  async rollBack(address: PageAddress, version: number, actor: Actor): Promise<Page> {
    const page = await this.#database.db.transaction().execute(async (transaction) => {
      const found = await locked(transaction, address);
      if (version > found.latest_version) {
        throw noVersion(version);
      }
      if (version === found.latest_version) {
        throw problem('conflict', {
          detail: `Version ${version} is the newest: there is nothing to go back from. Publish it instead.`,
        });
      }
      const document = await documentOf(transaction, found.id, version);
      const next = await this.#next(transaction, found, {
        published_version: found.latest_version + 1,
        published_at: this.#now(),
      });
      await addVersion(transaction, next, document, actor, version);
      await note(transaction, 'page.rolled-back', address, actor, {
        version: next.latest_version,
        restored: version,
        before: found.published_version,
      });
      return next;
    });
    await this.#cache.invalidate(pagesTag(address.tenantId));
    return page;
  }

  /**
   * Deletes a page with all its versions.
   *
   * @throws {ProblemError} `not-found`
   */
  async delete(address: PageAddress, actor: Actor): Promise<void> {
    await this.#database.db.transaction().execute(async (transaction) => {
      const found = await locked(transaction, address);
      await transaction.deleteFrom('pages').where('id', '=', found.id).execute();
      await note(transaction, 'page.deleted', address, actor, { versions: found.latest_version });
    });
    await this.#cache.invalidate(pagesTag(address.tenantId));
  }

  async #next(
    transaction: Kysely<Schema>,
    page: Page,
    published: Partial<Pick<Page, 'published_version' | 'published_at'>>,
  ): Promise<Page> {
    return transaction
      .updateTable('pages')
      .set({ ...published, latest_version: page.latest_version + 1, updated_at: this.#now() })
      .where('id', '=', page.id)
      .returningAll()
      .executeTakeFirstOrThrow();
  }
}

/** The page, nobody else's until the transaction ends. */
async function locked(transaction: Kysely<Schema>, { tenantId, slug }: PageAddress): Promise<Page> {
  const page = await transaction
    .selectFrom('pages')
    .where('tenant_id', '=', tenantId)
    .where('slug', '=', slug)
    .selectAll()
    .forUpdate()
    .executeTakeFirst();
  if (page === undefined) {
    throw noPage();
  }
  return page;
}

/** @param restoredFrom the version that it was made of; null: it was written */
async function addVersion(
  transaction: Kysely<Schema>,
  page: Page,
  document: PageDocument,
  actor: Actor,
  restoredFrom: number | null,
): Promise<void> {
  await transaction
    .insertInto('page_versions')
    .values({
      page_id: page.id,
      version: page.latest_version,
      document: jsonText(document),
      created_at: page.updated_at,
      created_by: actor.userId,
      restored_from: restoredFrom,
    })
    .execute();
}

async function note(
  transaction: Kysely<Schema>,
  action: AuditAction,
  { tenantId, slug }: PageAddress,
  actor: Actor,
  details: Record<string, number | null>,
): Promise<void> {
  await audit(transaction, { action, tenantId, actor, subject: { kind: 'page', id: slug }, details });
}
