import { CATALOGUE, type Plan, PriceList, planSchema } from '@riwayat/billing';
import { type Actor, audit } from '../audit/audit.ts';
import type { Database } from '../postgres/database.ts';
import { jsonText } from '../postgres/json.ts';

/** How old an answer may be: a price that was added shows after this long on every replica. */
const FRESH_MS = 30_000;

/** A version that there is already. */
export class PlanVersionError extends Error {
  override readonly name = 'PlanVersionError';
}

/** Every version of every plan: the catalogue's, and those that were added here. */
export class Prices {
  readonly #database: Database;
  readonly #now: () => number;
  #known: { list: PriceList; readAt: number } | undefined;

  /** @param now epoch milliseconds */
  constructor(database: Database, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
  }

  /**
   * @throws {DatabaseUnavailableError} when the database is away and nothing was read before
   */
  async list(): Promise<PriceList> {
    if (this.#known !== undefined && this.#now() - this.#known.readAt < FRESH_MS) {
      return this.#known.list;
    }
    const readAt = this.#now();
    const rows = await this.#database.db.selectFrom('plan_versions').select('definition').execute();
    const list = new PriceList([...CATALOGUE, ...rows.map(({ definition }) => planSchema.parse(definition))]);
    this.#known = { list, readAt };
    return list;
  }

  /**
   * Adds a version of a plan. A version that was a price once is never changed.
   *
   * @throws {PlanVersionError} when there is one of this number already
   */
  async add(plan: Plan, actor: Actor): Promise<void> {
    const { key, version, effectiveFrom } = plan;
    await this.#database.db.transaction().execute(async (transaction) => {
      const inCatalogue = CATALOGUE.some((known) => known.key === key && known.version === version);
      const added = inCatalogue
        ? undefined
        : await transaction
            .insertInto('plan_versions')
            .values({
              key,
              version,
              effective_from: effectiveFrom,
              definition: jsonText(plan),
              created_by: actor.userId,
            })
            .onConflict((conflict) => conflict.columns(['key', 'version']).doNothing())
            .returning('version')
            .executeTakeFirst();
      if (added === undefined) {
        throw new PlanVersionError(`There is a version ${version} of the plan "${key}" already.`);
      }
      await audit(transaction, {
        actor,
        tenantId: null,
        action: 'plan.version-added',
        subject: { kind: 'plan', id: key },
        details: { version, effective_from: effectiveFrom },
      });
    });
    this.#known = undefined;
  }
}
