/*
 * The life of a plan change.
 *
 * What always holds: a tenant has one open change at most; the term of the contract is written in the transaction that
 * approves it, for the tenant's today or a later day, and since terms are dated it takes effect by itself; a downgrade is
 * not approved before a copy of the tenant's data is there.
 */
import { dayAt, type PriceList } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely, Updateable } from 'kysely';
import type { AuditAction } from '../audit/actions.ts';
import { type Actor, audit } from '../audit/audit.ts';
import { exportsSince, requestExport } from '../data-export/data-exports.ts';
import { problem } from '../errors/problem.ts';
import { OPERATORS_TENANT } from '../identity/permissions.ts';
import { newId } from '../ids/id.ts';
import { type NotificationKind, type NotificationValues, notifyPermitted } from '../notifications/notify.ts';
import type { Schema } from '../postgres/schema.ts';
import { type Tenant, tenantRow } from '../tenants/tenant.ts';
import { inWords, nameOf, type PlanInWords, takeEffect } from './effect.ts';
import {
  OPEN_STATES,
  type PlanChangeState,
  type PlanChangeStep,
  refusedStep,
  stateAfter,
} from './plan-change-state.ts';
import { later, type Proposal, type ProposalParts, propose, type Wish } from './proposal.ts';
import { takeTermBack, writeTerm } from './terms.ts';

/** Whose changes may be touched: those of one tenant, or of all. */
export type ChangeScope = { readonly tenantId: TenantId } | 'all';

/** A step with a change, and by whom. */
export interface Act {
  readonly scope: ChangeScope;
  readonly id: string;
  readonly actor: Actor;
}

interface Change {
  readonly id: string;
  readonly tenant: Tenant;
  readonly state: PlanChangeState;
  readonly direction: 'upgrade' | 'downgrade';
  readonly fromPlan: string;
  readonly toPlan: string;
  readonly wantedFrom: string;
  readonly effectiveFrom: string | null;
  readonly requestedAt: Date;
}

/** A step under way: the transaction, the change as it was, and the name of its plan. */
interface Stepping {
  readonly transaction: Kysely<Schema>;
  readonly change: Change;
  readonly plan: PlanInWords;
  readonly prices: PriceList;
  readonly actor: Actor;
  readonly at: Date;
}

/** What tenants wish to change, and what becomes of it. */
export class PlanChanges {
  readonly #parts: ProposalParts;
  readonly #now: () => Date;

  constructor(parts: ProposalParts, now: () => Date) {
    this.#parts = parts;
    this.#now = now;
  }

  /** Works a wish out, and keeps nothing of it. @throws {ProblemError} as {@link propose} */
  propose(tenant: Tenant, wish: Wish): Promise<Proposal> {
    return propose(this.#parts, tenant, wish, this.#now());
  }

  /**
   * Asks for a change. Before a downgrade, a copy of the tenant's data is begun.
   *
   * @returns its id
   * @throws {ProblemError} as {@link propose}; `plan-change-refused` when another is open
   */
  async request(tenant: Tenant, wish: Wish & { readonly reason: string }, actor: Actor): Promise<string> {
    const proposal = await this.propose(tenant, wish);
    const { present, wanted, comparison, earliestOn, from } = proposal;
    const at = this.#now();
    const id = newId('pch');
    await this.#parts.database.db.transaction().execute(async (transaction) => {
      const made = await transaction
        .insertInto('plan_changes')
        .values({
          id,
          tenant_id: tenant.id,
          from_plan: present.key,
          to_plan: wanted.key,
          direction: comparison.direction,
          state: 'requested',
          reason: wish.reason,
          earliest_on: earliestOn,
          wanted_from: from,
          requested_by: actor.userId,
          requested_at: at,
        })
        .onConflict((conflict) => conflict.column('tenant_id').where('state', 'in', OPEN_STATES).doNothing())
        .returning('id')
        .executeTakeFirst();
      if (made === undefined) {
        throw problem('plan-change-refused', {
          detail:
            'Another change is open. Withdraw it, or wait for its day; once approved, ask the platform to revoke it.',
        });
      }
      if (comparison.direction === 'downgrade') {
        await requestExport(transaction, { tenantId: tenant.id, actor, at });
      }
      await audit(transaction, {
        action: 'plan-change.requested',
        tenantId: tenant.id,
        actor,
        subject: { kind: 'plan-change', id },
        details: { from: present.key, to: wanted.key, direction: comparison.direction, on: from },
      });
      await tellOperators(transaction, 'plan-change.requested', {
        tenant: tenant.name,
        ...inWords(wanted.name),
        from,
      });
    });
    return id;
  }

  /** @throws {ProblemError} `not-found`; `plan-change-refused` when it cannot be withdrawn any more */
  withdraw(act: Act): Promise<void> {
    return this.#step(act, 'withdraw', async (stepping) => {
      const { transaction, change, plan, at } = stepping;
      await update(stepping, { state: 'withdrawn', decided_at: at });
      await note(stepping, 'plan-change.withdrawn');
      await tellOperators(transaction, 'plan-change.withdrawn', { tenant: change.tenant.name, ...plan });
    });
  }

  /** @throws {ProblemError} `not-found`; `plan-change-refused` */
  review(act: Act): Promise<void> {
    return this.#step(act, 'review', async (stepping) => {
      const { plan } = stepping;
      await update(stepping, { state: 'in_review' });
      await note(stepping, 'plan-change.reviewed');
      await tellTenant(stepping, 'plan-change.in-review', { ...plan });
    });
  }

  /** @throws {ProblemError} `not-found`; `plan-change-refused` */
  reject(act: Act, reason: string): Promise<void> {
    return this.#step(act, 'reject', async (stepping) => {
      const { plan, at } = stepping;
      await update(stepping, { state: 'rejected', decision_reason: reason, decided_at: at });
      await note(stepping, 'plan-change.rejected', { reason });
      await tellTenant(stepping, 'plan-change.rejected', { ...plan, reason });
    });
  }

  /**
   * Approves a change for the day that was asked for, or for today when that has passed, and writes it into the contract.
   *
   * @throws {ProblemError} `not-found`; `plan-change-refused`, also while a downgrade's export is not there, and for a
   *   contract that ends before the day
   */
  approve(act: Act): Promise<void> {
    return this.#step(act, 'approve', async (stepping) => {
      const { transaction, change, plan, at } = stepping;
      const today = dayAt(at, change.tenant.timezone);
      const from = later(change.wantedFrom, today);
      const exportedAt = change.direction === 'downgrade' ? await exportedAtOf(stepping) : undefined;
      await writeTerm(transaction, { tenantId: change.tenant.id, plan: change.toPlan, from });
      await update(stepping, {
        state: 'approved',
        effective_from: from,
        decided_at: at,
        ...(exportedAt && { exported_at: exportedAt }),
      });
      await note(stepping, 'plan-change.approved', { on: from });
      await tellTenant(stepping, 'plan-change.approved', { ...plan, from });
      await takeEffect(transaction, { tenantId: change.tenant.id, today, at, prices: stepping.prices });
    });
  }

  /** Takes an approval back before its day. @throws {ProblemError} `not-found`; `plan-change-refused` */
  revoke(act: Act, reason: string): Promise<void> {
    return this.#step(act, 'revoke', async (stepping) => {
      const { transaction, change, plan, at } = stepping;
      const { tenant, effectiveFrom, state } = change;
      if (effectiveFrom === null || effectiveFrom <= dayAt(at, tenant.timezone)) {
        throw refusedStep('revoke', `Its day, ${effectiveFrom}, has come.`, state);
      }
      await takeTermBack(transaction, {
        tenantId: tenant.id,
        plan: change.fromPlan,
        from: effectiveFrom,
      });
      await update(stepping, { state: 'revoked', decision_reason: reason });
      await note(stepping, 'plan-change.revoked', { reason });
      await tellTenant(stepping, 'plan-change.revoked', { ...plan, reason });
    });
  }

  async #step(
    { scope, id, actor }: Act,
    step: PlanChangeStep,
    take: (stepping: Stepping) => Promise<void>,
  ): Promise<void> {
    const prices = await this.#parts.prices.list();
    await this.#parts.database.db.transaction().execute(async (transaction) => {
      const change = await lockedChange(transaction, scope, id);
      if (change === undefined) {
        throw problem('not-found');
      }
      stateAfter(change.state, step);
      const at = this.#now();
      await take({ transaction, change, plan: inWords(nameOf(prices, change.toPlan)), prices, actor, at });
    });
  }
}

async function lockedChange(db: Kysely<Schema>, scope: ChangeScope, id: string): Promise<Change | undefined> {
  const row = await db
    .selectFrom('plan_changes')
    .innerJoin('tenants', 'tenants.id', 'plan_changes.tenant_id')
    .where('plan_changes.id', '=', id)
    .$if(scope !== 'all', (query) => query.where('tenant_id', '=', scope === 'all' ? '' : scope.tenantId))
    .select(['state', 'direction', 'from_plan', 'to_plan', 'wanted_from', 'effective_from', 'requested_at'])
    .select(['tenants.id', 'tenants.name', 'timezone', 'locale'])
    .forUpdate('plan_changes')
    .executeTakeFirst();
  return (
    row && {
      id,
      tenant: tenantRow.parse(row),
      state: row.state,
      direction: row.direction,
      fromPlan: row.from_plan,
      toPlan: row.to_plan,
      wantedFrom: row.wanted_from,
      effectiveFrom: row.effective_from,
      requestedAt: row.requested_at,
    }
  );
}

/** When the copy of the tenant's data was ready that was made for this change, or after it was asked for. */
async function exportedAtOf({
  transaction,
  change: { tenant, requestedAt, state },
}: Stepping): Promise<Date> {
  const exports = await exportsSince(transaction, tenant.id, requestedAt);
  const ready = exports.find((one) => one.state === 'ready')?.finished_at;
  if (ready == null) {
    const why = exports.some((one) => one.state === 'pending')
      ? 'The export of the tenant’s data, which comes before a downgrade, is not finished yet: approve it when it is.'
      : 'A downgrade needs an export of the tenant’s data, and there is none: the tenant’s administrator asks for one by POST /api/v1/tenant/data-exports.';
    throw refusedStep('approve', why, state);
  }
  return ready;
}

async function update(
  { transaction, change }: Stepping,
  values: Updateable<Schema['plan_changes']>,
): Promise<void> {
  await transaction.updateTable('plan_changes').set(values).where('id', '=', change.id).execute();
}

async function note(
  { transaction, change, actor }: Stepping,
  action: AuditAction,
  details: Readonly<Record<string, string>> = {},
): Promise<void> {
  await audit(transaction, {
    action,
    tenantId: change.tenant.id,
    actor,
    subject: { kind: 'plan-change', id: change.id },
    details: { to: change.toPlan, ...details },
  });
}

async function tellTenant<Kind extends NotificationKind>(
  { transaction, change }: Stepping,
  kind: Kind,
  values: NotificationValues[Kind],
): Promise<void> {
  await notifyPermitted(transaction, 'plan:change', { tenantId: change.tenant.id, kind, values });
}

async function tellOperators<Kind extends NotificationKind>(
  transaction: Kysely<Schema>,
  kind: Kind,
  values: NotificationValues[Kind],
): Promise<void> {
  const tenantId = tenantRow.shape.id.parse(OPERATORS_TENANT);
  await notifyPermitted(transaction, 'platform:billing', { tenantId, kind, values });
}
