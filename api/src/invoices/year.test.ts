import { billingMonth, CATALOGUE, dayAt, daysLater, monthsLater } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../audit/audit.ts';
import { openContract } from '../billing/contracts.ts';
import { Prices } from '../billing/prices.ts';
import { Pricing } from '../billing/pricing.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { TabledMetering } from '../testing/tabled-metering.ts';
import { readContract } from './basis.ts';
import { creditInvoice } from './credit-note.ts';
import { followUpInvoices } from './dunning.ts';
import { UNPAID } from './invoice-state.ts';
import { issueDueInvoices } from './month-run.ts';
import { recordPayment } from './receipts.ts';
import { writeOffInvoice } from './write-off.ts';

const TENANTS = 200;
const MONTHS = 12;
const FIRST_MONTH = '2026-01';
const ZONES = ['Asia/Jakarta', 'Asia/Jayapura', 'UTC', 'America/New_York'] as const;
const HOUR_MS = 3_600_000;
const MICROSECONDS_PER_MS = 1_000;
const LONGEST_MS = 60_000;
const SETUP_TIMEOUT_MS = 300_000;
/** Days after issue on which what nobody has paid may be given up, and some of it comes in all the same. */
const GIVEN_UP_AFTER = 60;
const RECOVERED_AFTER = 90;
/** How tenants pay: days after issue, and percent of what is open then. */
const HABITS = [
  [{ after: 2, percent: 100n }],
  [{ after: 6, percent: 100n }],
  [
    { after: 3, percent: 40n },
    { after: 7, percent: 100n },
  ],
  [{ after: 5, percent: 130n }],
  [{ after: 12, percent: 100n }],
  [
    { after: 10, percent: 50n },
    { after: 40, percent: 100n },
  ],
  [{ after: 27, percent: 100n }],
  [],
] as const;

interface Simulated {
  readonly id: TenantId;
  readonly timezone: string;
  readonly habit: number;
}

let postgres: TestPostgres;
let database: Database;
let pricing: Pricing;
/** Of the processor: on a machine that does other things, the clock tells of those. */
let tookMs: number;
const metering = new TabledMetering();
const tenants: Simulated[] = [];
const random = seeded(20_261_122);

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
  pricing = new Pricing(database, new Prices(database));
  await makeTenants();
  const begun = process.cpuUsage();
  await liveThroughTheYear();
  const { user, system } = process.cpuUsage(begun);
  tookMs = (user + system) / MICROSECONDS_PER_MS;
}, SETUP_TIMEOUT_MS);
afterAll(() => postgres.stop());

/** Numbers from 0 to 1, the same at each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function below(count: number): number {
  return Math.floor(random() * count);
}

async function makeTenants(): Promise<void> {
  const directory = new TenantDirectory(database);
  for (let index = 0; index < TENANTS; index += 1) {
    const timezone = ZONES[index % ZONES.length] ?? 'UTC';
    const { id } = await directory.create({ id: `tenant-${index}`, name: `Tenant ${index}`, timezone });
    const plan = CATALOGUE[index % CATALOGUE.length]?.key ?? 'usage';
    await openContract(database.db, { tenantId: id, startedOn: `${FIRST_MONTH}-01`, plan });
    tenants.push({ id, timezone, habit: below(HABITS.length) });
    use(id);
  }
  const changed = tenants.filter(() => random() < 0.4);
  await database.db
    .insertInto('contract_terms')
    .values(
      changed.map(({ id }) => ({
        tenant_id: id,
        from_day: daysLater(`${FIRST_MONTH}-02`, below(330)),
        plan_key: CATALOGUE[below(CATALOGUE.length)]?.key ?? 'usage',
        plan_version: null,
      })),
    )
    .execute();
  await database.db
    .updateTable('contracts')
    .set({ late_events: 'waive' })
    .where(
      'tenant_id',
      'in',
      tenants.filter(() => random() < 0.1).map(({ id }) => id),
    )
    .execute();
  await database.db
    .updateTable('contracts')
    .set({ ended_on: '2026-08-17' })
    .where(
      'tenant_id',
      'in',
      tenants.filter(() => random() < 0.05).map(({ id }) => id),
    )
    .execute();
}

/** A year of usage, each tenth day; some of it is stored weeks later. */
function use(id: TenantId): void {
  for (let day = `${FIRST_MONTH}-03`; day < '2027-01-01'; day = daysLater(day, 10)) {
    const lateDays = random() < 0.05 ? 10 + below(45) : 0;
    const storedAt = new Date(Date.parse(`${daysLater(day, lateDays)}T12:00:00Z`));
    metering.tell(id, day, 'members', String(50 + below(400)), storedAt);
    metering.tell(id, day, 'transactions', String(below(200)), storedAt);
    metering.tell(id, day, 'api_calls', String(below(40_000)), storedAt);
    metering.tell(id, day, 'data_transfer', `${below(20)}.${below(1_000_000)}`, storedAt);
    metering.tell(id, day, 'rendering_requests', String(below(3_000)), storedAt);
  }
}

async function liveThroughTheYear(): Promise<void> {
  const { db } = database;
  const end = Date.parse('2027-01-25T00:00:00Z');
  for (let at = Date.parse('2026-02-01T00:30:00Z') - 24 * HOUR_MS; at < end; at += HOUR_MS) {
    const now = new Date(at);
    for (const timezone of ZONES) {
      const day = dayAt(now, timezone);
      if (dayAt(new Date(at - HOUR_MS), timezone) === day) {
        continue;
      }
      const here = tenants.filter((tenant) => tenant.timezone === timezone).map(({ id }) => id);
      // Now and then everything is down for a day.
      if (random() < 0.1) {
        continue;
      }
      await followUpInvoices(db, here, now);
      if (Number(day.slice(-2)) <= 3) {
        await issueDueInvoices({ db, metering, pricing, now: () => now }, here);
      }
      await payAndCredit(timezone, day, now);
    }
  }
}

async function payAndCredit(timezone: string, day: string, now: Date): Promise<void> {
  const open = await database.db
    .selectFrom('invoices')
    .innerJoin('tenants', 'tenants.id', 'invoices.tenant_id')
    .where('tenants.timezone', '=', timezone)
    .where('invoices.kind', '=', 'monthly')
    .where('invoices.state', 'in', [...UNPAID, 'written-off'])
    .orderBy('invoices.number')
    .select([
      'invoices.id',
      'invoices.tenant_id',
      'invoices.open',
      'invoices.written_off',
      'invoices.issued_on',
    ])
    .execute();
  if (open.length > 0) {
    await database.db.transaction().execute((transaction) => payOrCredit(transaction, open, day, now));
  }
}

interface OpenInvoice {
  readonly id: string;
  readonly tenant_id: string;
  readonly open: string;
  readonly written_off: string;
  readonly issued_on: string | null;
}

async function payOrCredit(
  db: Kysely<Schema>,
  open: readonly OpenInvoice[],
  day: string,
  now: Date,
): Promise<void> {
  for (const { id, tenant_id, open: owed, written_off: lost, issued_on } of open) {
    const tenant = tenants.find((each) => each.id === tenant_id);
    const age = (days: number) => daysLater(issued_on ?? '', days) === day;
    const step = HABITS[tenant?.habit ?? 0]?.find(({ after }) => daysLater(issued_on ?? '', after) === day);
    if (tenant !== undefined && random() < 0.002) {
      const act = { tenantId: tenant.id, invoiceId: id, reason: 'r', actor: SYSTEM, now };
      await creditInvoice(db, act);
    } else if (tenant !== undefined && owed !== '0' && age(GIVEN_UP_AFTER)) {
      if (random() < 0.5) {
        await writeOffInvoice(db, { tenantId: tenant.id, invoiceId: id, reason: 'r', actor: SYSTEM, now });
      }
    } else if (tenant !== undefined && lost !== '0' && age(RECOVERED_AFTER)) {
      const amount = (BigInt(lost) * BigInt(below(150) + 1)) / 100n + 1n;
      const cause = `payment:${id}:${day}`;
      const payment = { tenantId: tenant.id, invoiceId: id, amount, cause, paidAt: now, recordedAt: now };
      await recordPayment(db, payment);
    } else if (tenant !== undefined && step !== undefined) {
      const amount = (BigInt(owed) * step.percent) / 100n + 1n;
      const cause = `payment:${id}:${day}`;
      const payment = { tenantId: tenant.id, invoiceId: id, amount, cause, paidAt: now, recordedAt: now };
      await recordPayment(db, payment);
    }
  }
}

async function one(query: ReturnType<typeof sql<Record<string, string>>>): Promise<Record<string, bigint>> {
  const { rows } = await query.execute(database.db);
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, value]) => [name, BigInt(value)]));
}

describe('a year of 200 tenants', () => {
  it('has all that happens in a year, and takes less than a minute', async () => {
    const seen = await one(sql`
      select count(*) filter (where kind = 'monthly' and number is not null) as invoices,
        count(*) filter (where kind = 'credit-note') as credit_notes,
        count(*) filter (where state = 'suspended') as suspended,
        count(*) filter (where state = 'written-off') as written_off,
        (select count(*) from ledger_entries where account = 'bad-debt' and amount < 0) as recovered,
        count(*) filter (where state = 'paid' and keeps_suspended) as recovered_wholly,
        (select count(*) from late_fees) as late_fees,
        (select count(*) from invoice_lines where kind = 'adjustment') as adjustments,
        (select count(*) from invoice_lines where kind = 'waived') as waived,
        (select count(*) from ledger_journals where kind = 'credit-used') as credit_used,
        (select count(*) from invoice_lines where share_days < share_of and kind = 'charge') as prorated
      from invoices`);
    expect(seen['invoices']).toBeGreaterThan(TENANTS * (MONTHS - 1));
    for (const [what, count] of Object.entries(seen)) {
      expect({ what, some: count > 5n }).toEqual({ what, some: true });
    }
    expect(tookMs).toBeLessThan(LONGEST_MS);
  });

  it('ends with books in which nothing is missing', async () => {
    const books = await one(sql`
      select
        coalesce(sum(amount), 0) as all_accounts,
        sum(amount) filter (where account = 'receivable') as receivable,
        -sum(amount) filter (where account = 'credit-balance') as credit,
        -sum(amount) filter (where account = 'revenue') as revenue,
        -sum(amount) filter (where account = 'late-fees') as late_fees,
        sum(amount) filter (where account = 'cash') as cash,
        sum(amount) filter (where account = 'bad-debt') as bad_debt
      from ledger_entries`);
    const invoiced = await one(sql`
      select
        sum(total) filter (where kind = 'monthly' and state <> 'void') as invoices,
        -sum(total) filter (where kind = 'credit-note') as credited,
        sum(open) as open, sum(written_off) as written_off, sum(late_fees) as late_fees,
        (select sum(lines.amount) from invoice_lines as lines
          join invoices as of on of.id = lines.invoice_id and of.state not in ('draft', 'void')) as lines
      from invoices`);
    expect(books['all_accounts']).toBe(0n);
    expect(books['revenue']).toBe(invoiced['lines']);
    expect(books['late_fees']).toBe(invoiced['late_fees']);
    expect(books['receivable']).toBe(invoiced['open']);
    expect(books['bad_debt']).toBe(invoiced['written_off']);
    const { invoices = 0n, credited = 0n, late_fees: fees = 0n } = invoiced;
    const { receivable = 0n, bad_debt: lost = 0n, credit = 0n, cash = 0n } = books;
    expect(invoices + fees - credited - cash).toBe(receivable + lost - credit);
  });

  it('has of each invoice in the books what is open on it or given up of it, and no number missing', async () => {
    const { rows: wrong } = await sql`
      select invoices.id from invoices
      left join (
        select invoice_id, sum(amount) filter (where account = 'receivable') as receivable,
          sum(amount) filter (where account = 'bad-debt') as bad_debt
        from ledger_journals join ledger_entries on journal_id = id group by invoice_id
      ) as booked on booked.invoice_id = invoices.id
      where invoices.kind = 'monthly' and (coalesce(booked.receivable, 0) <> invoices.open
        or coalesce(booked.bad_debt, 0) <> invoices.written_off)`.execute(database.db);
    expect(wrong).toEqual([]);
    const { rows: series } = await sql<{ numbers: string; last: number }>`
      select count(*) as numbers, max(right(number, 6)::int) as last from invoices
      where number is not null group by left(number, length(number) - 6)`.execute(database.db);
    expect(series.length).toBeGreaterThanOrEqual(3);
    expect(series.filter(({ numbers, last }) => Number(numbers) !== last)).toEqual([]);
  });

  it('has billed or let go, by the end, what each month’s usage comes to under its contract', async () => {
    const { rows } = await sql<{
      tenant_id: string;
      period: string;
      billed: string | null;
      contract: unknown;
    }>`
      select own.tenant_id, own.period, own.contract, (
        select sum(case lines.kind when 'waived' then round(
            (lines.calculation ->> 'after')::numeric - (lines.calculation ->> 'before')::numeric)
          else lines.amount end)
        from invoice_lines as lines join invoices as of on of.id = lines.invoice_id
        where of.tenant_id = own.tenant_id and of.kind = 'monthly' and lines.period = own.period) as billed
      from invoice_usage as own join invoices on invoices.id = own.invoice_id
      where own.treatment = 'billed' and own.period <= ${monthsLater(FIRST_MONTH, 8)}
        and not exists (select from invoice_usage as waived where waived.tenant_id = own.tenant_id
          and waived.treatment = 'waived')`.execute(database.db);
    expect(rows.length).toBeGreaterThan(TENANTS * 7);
    for (const { tenant_id, period, billed, contract } of rows) {
      const tenant = tenants.find(({ id }) => id === tenant_id);
      if (tenant === undefined) {
        throw new Error(`Nobody made ${tenant_id}.`);
      }
      const month = billingMonth(period, tenant.timezone);
      const usage = await metering.ofBill({ tenantId: tenant.id, month });
      const bill = await pricing.rate(readContract(contract), period, usage);
      expect({ tenant_id, period, billed: BigInt(billed ?? '0') }).toEqual({
        tenant_id,
        period,
        billed: bill.total,
      });
    }
  });
});
