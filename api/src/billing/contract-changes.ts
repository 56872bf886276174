/*
 * What operators change about a contract, beside its plan.
 *
 * What always holds: nothing changes what is of days or months that are over, since those were billed.
 */
import type { GrantedDiscount } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { type Actor, audit } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import { newId } from '../ids/id.ts';
import type { Schema } from '../postgres/schema.ts';

/** A change of one tenant's contract. */
export interface ContractAct {
  readonly tenantId: TenantId;
  /** The tenant's local day. */
  readonly today: string;
  readonly actor: Actor;
}

const MONTH_LENGTH = 'YYYY-MM'.length;
/** Those that end by a day; the others end by themselves. */
const WITH_END: readonly GrantedDiscount['kind'][] = [
  'early-adopter',
  'volume',
  'non-profit',
  'women',
  'rural',
];

/**
 * Sets the last day that is billed, or takes it back while it has not come.
 *
 * @param on null: the contract goes on
 * @throws {ProblemError} `not-found` without a contract; `conflict` for a day that is over, or when the contract has ended
 */
export async function endContract(
  db: Kysely<Schema>,
  { tenantId, today, actor }: ContractAct,
  on: string | null,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const { started_on, ended_on } = await lockedContract(transaction, tenantId);
    if (ended_on !== null && ended_on < today) {
      throw problem('conflict', {
        detail: `The contract ended on ${ended_on}, and days since were not billed.`,
      });
    }
    const first = today > started_on ? today : started_on;
    if (on !== null && on < first) {
      throw problem('conflict', { detail: `A contract ends on ${first} or a later day.` });
    }
    await transaction
      .updateTable('contracts')
      .set({ ended_on: on })
      .where('tenant_id', '=', tenantId)
      .execute();
    await audit(transaction, {
      action: 'contract.ended',
      tenantId,
      actor,
      subject: { kind: 'contract', id: tenantId },
      details: { on },
    });
  });
}

/**
 * Grants a discount.
 *
 * @returns its id
 * @throws {ProblemError} `not-found` without a contract; `conflict` for a month that is over, or when there is one of the
 *   kind that has not ended by then
 */
export async function grantDiscount(
  db: Kysely<Schema>,
  { tenantId, today, actor }: ContractAct,
  discount: GrantedDiscount,
): Promise<string> {
  const id = newId('dsc');
  const until = 'until' in discount ? (discount.until ?? null) : null;
  await db.transaction().execute(async (transaction) => {
    await lockedContract(transaction, tenantId);
    if (isOver(discount.from, today)) {
      throw problem('conflict', {
        detail: `Months before that of ${today} were billed. Grant it from now on.`,
      });
    }
    const same = await transaction
      .selectFrom('contract_discounts')
      .where('tenant_id', '=', tenantId)
      .where('kind', '=', discount.kind)
      .where('kind', 'in', WITH_END)
      .where((where) => where.or([where('until_day', 'is', null), where('until_day', '>=', discount.from)]))
      .select('id')
      .executeTakeFirst();
    if (same !== undefined) {
      throw problem('conflict', {
        detail: `The tenant has a discount of this kind, ${same.id}. End it before the day from which another holds.`,
      });
    }
    await transaction
      .insertInto('contract_discounts')
      .values({
        id,
        tenant_id: tenantId,
        kind: discount.kind,
        from_day: discount.from,
        until_day: until,
        referred: discount.kind === 'referral' ? discount.referred : null,
        years: discount.kind === 'prepaid' ? discount.years : null,
      })
      .execute();
    await audit(transaction, {
      action: 'contract.discount-granted',
      tenantId,
      actor,
      subject: { kind: 'discount', id },
      details: { ...discount, until },
    });
  });
  return id;
}

/**
 * Ends a discount with the month in which a day lies.
 *
 * @throws {ProblemError} `not-found`; `conflict` for a day before it began or of a month that is over, and for a kind that
 *   ends by itself
 */
export async function endDiscount(
  db: Kysely<Schema>,
  { tenantId, today, actor }: ContractAct,
  id: string,
  until: string,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const { kind, from_day, until_day } = await lockedDiscount(transaction, tenantId, id);
    if (!WITH_END.includes(kind)) {
      throw problem('conflict', { detail: `A discount of the kind ${kind} ends by itself.` });
    }
    if (until < from_day || isOver(until, today) || (until_day !== null && isOver(until_day, today))) {
      throw problem('conflict', {
        detail: `It holds from ${from_day} to ${until_day ?? 'an open end'}, and months before that of ${today} were billed.`,
      });
    }
    await transaction
      .updateTable('contract_discounts')
      .set({ until_day: until })
      .where('id', '=', id)
      .execute();
    await audit(transaction, {
      action: 'contract.discount-ended',
      tenantId,
      actor,
      subject: { kind: 'discount', id },
      details: { kind, until },
    });
  });
}

/**
 * Takes a discount back that no month was billed with.
 *
 * @throws {ProblemError} `not-found`; `conflict` when it began before this month
 */
export async function withdrawDiscount(
  db: Kysely<Schema>,
  { tenantId, today, actor }: ContractAct,
  id: string,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const { kind, from_day } = await lockedDiscount(transaction, tenantId, id);
    if (isOver(from_day, today)) {
      throw problem('conflict', {
        detail: `Months were billed with it since ${from_day}. End it instead, where its kind can be ended.`,
      });
    }
    await transaction.deleteFrom('contract_discounts').where('id', '=', id).execute();
    await audit(transaction, {
      action: 'contract.discount-withdrawn',
      tenantId,
      actor,
      subject: { kind: 'discount', id },
      details: { kind, from: from_day },
    });
  });
}

/** True for a day of a month before today's. */
function isOver(day: string, today: string): boolean {
  return day.slice(0, MONTH_LENGTH) < today.slice(0, MONTH_LENGTH);
}

async function lockedContract(db: Kysely<Schema>, tenantId: TenantId) {
  const contract = await db
    .selectFrom('contracts')
    .where('tenant_id', '=', tenantId)
    .select(['started_on', 'ended_on'])
    .forUpdate()
    .executeTakeFirst();
  if (contract === undefined) {
    throw problem('not-found', { detail: 'The tenant has no contract.' });
  }
  return contract;
}

async function lockedDiscount(db: Kysely<Schema>, tenantId: TenantId, id: string) {
  await lockedContract(db, tenantId);
  const discount = await db
    .selectFrom('contract_discounts')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .select(['kind', 'from_day', 'until_day'])
    .executeTakeFirst();
  if (discount === undefined) {
    throw problem('not-found');
  }
  return discount;
}
