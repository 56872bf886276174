/*
 * How the invoice of a month is made, until it is issued: first the draft with its cutoff, then the lines.
 *
 * What always holds: each of the two can be done again, and by two at once, and is done once; what is metered is what
 * was stored by the draft's cutoff, so that whoever goes on after a crash gets the same lines.
 */
import {
  type BillingMonth,
  billingMonth,
  type Contract,
  monthsLater,
  sum,
  type Usage,
} from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { contractsOf, type TenantContract } from '../billing/contracts.ts';
import type { Metering } from '../billing/metering.ts';
import type { Pricing } from '../billing/pricing.ts';
import { newId } from '../ids/id.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';
import { contractJson, readContract, readUsage, usageJson } from './basis.ts';
import { type DueMonth, MONTHS_CORRECTED } from './due-months.ts';
import { knownSince } from './known-since.ts';
import { lateLines } from './late-usage.ts';
import { type InvoiceLine, insertLines, lineOfBill } from './line.ts';

/** What makes invoices out of usage. */
export interface Invoicing {
  readonly db: Kysely<Schema>;
  readonly metering: Pick<Metering, 'ofBills'>;
  readonly pricing: Pricing;
  readonly now: () => Date;
}

/** What is being stored at this moment is not in a bill: it would be there when it is computed again. */
const SETTLING_MS = 60_000;
const MS_PER_SECOND = 1_000;

/**
 * Makes drafts of months, and fixes what belongs to them: all that is stored by now. A month that has an invoice which
 * is not void keeps it.
 *
 * @returns the ids of the drafts of these months, those that were there included
 */
export async function beginDrafts(
  db: Kysely<Schema>,
  months: readonly DueMonth[],
  now: Date,
): Promise<string[]> {
  if (months.length === 0) {
    return [];
  }
  const cutoff = new Date(Math.floor((now.getTime() - SETTLING_MS) / MS_PER_SECOND) * MS_PER_SECOND);
  const rows = months.map(({ tenantId, period }) => ({ id: newId('inv'), tenant_id: tenantId, period }));
  await sql`
    insert into invoices (id, tenant_id, kind, period, state, cutoff, created_at)
    select id, tenant_id, 'monthly', period, 'draft', ${cutoff}, ${now}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as due(id text, tenant_id text, period text)
    on conflict (tenant_id, period) where kind = 'monthly' and state <> 'void' do nothing`.execute(db);
  const drafts = await sql<{ id: string }>`
    select invoices.id from invoices
    join jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as due(tenant_id text, period text)
      using (tenant_id, period)
    where invoices.kind = 'monthly' and invoices.state = 'draft'
    order by invoices.tenant_id`.execute(db);
  return drafts.rows.map(({ id }) => id);
}

interface Draft {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly timezone: string;
  readonly period: string;
  readonly cutoff: Date;
}

/** What a month was billed by, the last time. */
interface Basis {
  readonly period: string;
  readonly usage: Usage;
  readonly contract: Contract;
}

interface MeteredPeriod {
  readonly period: string;
  readonly treatment: 'billed' | 'adjusted' | 'waived';
  readonly usage: Usage;
  readonly contract: Contract;
}

interface Filled {
  readonly draft: Draft;
  readonly lines: readonly InvoiceLine[];
  readonly metered: readonly MeteredPeriod[];
}

/**
 * Meters the months of drafts, and again those billed before, and writes down the lines. A draft of a month after the end
 * of the contract in which nothing came late has none, and becomes void.
 *
 * @param ids those that have lines already are left as they are
 * @throws {UnknownPlanError} when a contract names a plan that there is no price of
 */
export async function fillDrafts(invoicing: Invoicing, ids: readonly string[]): Promise<void> {
  const { db } = invoicing;
  const drafts = await emptyDrafts(db, ids);
  if (drafts.length === 0) {
    return;
  }
  const tenantIds = drafts.map(({ tenantId }) => tenantId);
  const [contracts, bases] = await Promise.all([contractsOf(db, tenantIds), basesOf(db, drafts)]);
  const usage = await metered(invoicing, drafts, bases);
  const filled = await Promise.all(
    drafts.map((draft) =>
      filledDraft(invoicing, draft, {
        terms: contracts.get(draft.tenantId),
        bases: bases.get(draft.id) ?? [],
        usageOf: (period) => usage(draft, period),
      }),
    ),
  );
  await writeLines(db, filled, invoicing.now());
}

async function emptyDrafts(db: Kysely<Schema>, ids: readonly string[]): Promise<Draft[]> {
  if (ids.length === 0) {
    return [];
  }
  const rows = await db
    .selectFrom('invoices')
    .innerJoin('tenants', 'tenants.id', 'invoices.tenant_id')
    .where('invoices.id', 'in', [...ids])
    .where('invoices.state', '=', 'draft')
    .where('invoices.drafted_at', 'is', null)
    .select(['invoices.id', 'invoices.tenant_id', 'invoices.period', 'invoices.cutoff', 'tenants.timezone'])
    .execute();
  return rows.flatMap(({ id, tenant_id: tenantId, period, cutoff, timezone }) =>
    isTenantId(tenantId) && cutoff !== null ? [{ id, tenantId, timezone, period, cutoff }] : [],
  );
}

/** By draft, what the months before it were billed by. */
async function basesOf(db: Kysely<Schema>, drafts: readonly Draft[]): Promise<Map<string, Basis[]>> {
  const wanted = drafts.flatMap(({ id, tenantId, period }) =>
    Array.from({ length: MONTHS_CORRECTED }, (_, before) => ({
      id,
      tenant_id: tenantId,
      period: monthsLater(period, before - MONTHS_CORRECTED),
    })),
  );
  const { rows } = await sql<{ id: string; period: string; usage: unknown; contract: unknown }>`
    select distinct on (wanted.id, wanted.period) wanted.id, wanted.period, known.usage, known.contract
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as wanted(id text, tenant_id text, period text)
    join invoice_usage as known using (tenant_id, period)
    join invoices on invoices.id = known.invoice_id and invoices.state <> 'void'
    order by wanted.id, wanted.period, invoices.period desc`.execute(db);
  const bases = new Map<string, Basis[]>(drafts.map(({ id }) => [id, []]));
  for (const { id, period, usage, contract } of rows) {
    bases.get(id)?.push({ period, usage: readUsage(usage), contract: readContract(contract) });
  }
  return bases;
}

/** What drafts are made of: one question for all tenants that have the same month, zone and cutoff. */
async function metered(
  { metering }: Invoicing,
  drafts: readonly Draft[],
  bases: ReadonlyMap<string, readonly Basis[]>,
): Promise<(draft: Draft, period: string) => Usage> {
  const asked = new Map<string, { month: BillingMonth; storedBy: Date; tenantIds: TenantId[] }>();
  const keyOf = ({ timezone, cutoff }: Draft, period: string): string =>
    `${period} ${timezone} ${cutoff.toISOString()}`;
  for (const draft of drafts) {
    for (const period of [draft.period, ...(bases.get(draft.id) ?? []).map((basis) => basis.period)]) {
      const known = asked.get(keyOf(draft, period)) ?? {
        month: billingMonth(period, draft.timezone),
        storedBy: draft.cutoff,
        tenantIds: [],
      };
      known.tenantIds.push(draft.tenantId);
      asked.set(keyOf(draft, period), known);
    }
  }
  const answers = new Map<string, ReadonlyMap<TenantId, Usage>>();
  for (const [key, question] of asked) {
    answers.set(key, await metering.ofBills(question));
  }
  return (draft, period) => {
    const usage = answers.get(keyOf(draft, period))?.get(draft.tenantId);
    if (usage === undefined) {
      throw new Error(`The usage of ${draft.tenantId} in ${period} was not told.`);
    }
    return usage;
  };
}

interface Material {
  readonly terms: TenantContract | undefined;
  readonly bases: readonly Basis[];
  readonly usageOf: (period: string) => Usage;
}

async function filledDraft(
  { pricing }: Invoicing,
  draft: Draft,
  { terms, bases, usageOf }: Material,
): Promise<Filled> {
  const { timezone, period } = draft;
  const lines: InvoiceLine[] = [];
  const metered: MeteredPeriod[] = [];
  if (terms !== undefined) {
    const contract = await pricing.pinned(terms.contract, billingMonth(period, timezone).days);
    const usage = usageOf(period);
    const { lines: billed } = await pricing.rate(contract, period, usage);
    lines.push(...billed.map((line) => lineOfBill(line, period)));
    metered.push({ period, treatment: 'billed', usage, contract });
  }
  const treatment = terms?.lateEvents === 'waive' ? 'waived' : 'adjusted';
  for (const { period: before, usage: known, contract } of bases) {
    const usage = knownSince(known, usageOf(before));
    if (usageJson(usage) !== usageJson(known)) {
      const was = await pricing.rate(contract, before, known);
      const is = await pricing.rate(contract, before, usage);
      lines.push(...lateLines(was, is, treatment));
      metered.push({ period: before, treatment, usage, contract });
    }
  }
  return { draft, lines, metered };
}

/** In one transaction, and a few statements however many drafts there are. */
async function writeLines(db: Kysely<Schema>, filled: readonly Filled[], now: Date): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const held = await transaction
      .selectFrom('invoices')
      .where(
        'id',
        'in',
        filled.map(({ draft }) => draft.id),
      )
      .where('state', '=', 'draft')
      .where('drafted_at', 'is', null)
      .orderBy('id')
      .forUpdate()
      .select('id')
      .execute();
    const ids = new Set(held.map(({ id }) => id));
    const ours = filled.filter(({ draft }) => ids.has(draft.id));
    await insertLines(
      transaction,
      ours.map(({ draft, lines }) => ({ invoiceId: draft.id, lines })),
    );
    await insertUsage(transaction, ours);
    const totals = ours.map(({ draft, lines }) => ({
      id: draft.id,
      exact: sum(lines.map(({ exact }) => exact)).toFixed(),
      total: lines.reduce((all, { amount }) => all + amount, 0n).toString(),
      empty: lines.length === 0,
    }));
    await sql`
      update invoices set drafted_at = ${now}, exact = totals.exact, total = totals.total,
        state = case when totals.empty then 'void' else invoices.state end,
        settled_at = case when totals.empty then ${now}::timestamptz end,
        reason = case when totals.empty then 'nothing to bill' end
      from jsonb_to_recordset(${JSON.stringify(totals)}::jsonb)
        as totals(id text, exact numeric, total bigint, empty boolean)
      where invoices.id = totals.id`.execute(transaction);
  });
}

async function insertUsage(db: Kysely<Schema>, filled: readonly Filled[]): Promise<void> {
  const rows = filled.flatMap(({ draft, metered }) =>
    metered.map(({ period, treatment, usage, contract }) => ({
      invoice_id: draft.id,
      tenant_id: draft.tenantId,
      period,
      treatment,
      usage: usageJson(usage),
      contract: contractJson(contract),
    })),
  );
  if (rows.length > 0) {
    await sql`
      insert into invoice_usage (invoice_id, tenant_id, period, treatment, usage, contract)
      select invoice_id, tenant_id, period, treatment, usage::json, contract::json
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as metered(invoice_id text, tenant_id text,
        period text, treatment text, usage text, contract text)`.execute(db);
  }
}
