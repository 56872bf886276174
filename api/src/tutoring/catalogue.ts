import type { TenantId } from '@riwayat/collector';
import { type JsonAnswer, JsonCache } from '../coordination/json-cache.ts';
import type { ListQuery } from '../lists/page.ts';
import type { Database } from '../postgres/database.ts';
import { listCourses } from './courses.ts';
import { listMentors } from './mentors.ts';

/** Short: a mentor who is new, or has another name, is told to nobody. */
const TTL_SECONDS = 60;

/**
 * What anybody may see of a tenant's courses and mentors. The beginning of each list is what nearly everybody asks for:
 * it is kept; searches and further pages are read each time.
 */
export class Catalogue {
  readonly #database: Database;
  readonly #kept: JsonCache;
  readonly #read = new JsonCache(undefined);

  constructor(database: Database, cache: JsonCache) {
    this.#database = database;
    this.#kept = cache;
  }

  courses(tenantId: TenantId, query: ListQuery): Promise<JsonAnswer> {
    return this.#list('courses', tenantId, query, () => listCourses(this.#database.db, tenantId, query));
  }

  mentors(tenantId: TenantId, query: ListQuery): Promise<JsonAnswer> {
    return this.#list('mentors', tenantId, query, () => listMentors(this.#database.db, tenantId, query));
  }

  /** To be called after a change of courses, mentors or their ratings is committed: each shows in both lists. */
  async changed(tenantId: TenantId): Promise<void> {
    await this.#kept.invalidate(catalogueTag(tenantId));
  }

  #list(
    name: string,
    tenantId: TenantId,
    { q, cursor, limit }: ListQuery,
    load: () => Promise<object>,
  ): Promise<JsonAnswer> {
    const cache = q === undefined && cursor === undefined ? this.#kept : this.#read;
    return cache.read({
      key: `${name}/${tenantId}/${limit}`,
      tag: catalogueTag(tenantId),
      ttlSeconds: TTL_SECONDS,
      noneTtlSeconds: TTL_SECONDS,
      load,
    });
  }
}

function catalogueTag(tenantId: TenantId): string {
  return `catalogue/${tenantId}`;
}
