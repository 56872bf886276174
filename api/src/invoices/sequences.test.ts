import { daysLater } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../audit/audit.ts';
import { ProblemError } from '../errors/problem.ts';
import type { Database } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { issuePlainInvoice } from '../testing/invoices.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { creditInvoice } from './credit-note.ts';
import { followUpInvoices } from './dunning.ts';
import { recordPayment } from './receipts.ts';
import { voidInvoice } from './void.ts';
import { liftSuspension, writeOffInvoice } from './write-off.ts';

/** Each lives through up to a dozen transactions of Postgres. */
const LIVES = 100;
const MOST_STEPS = 12;
const TOTAL = 1_000;
const ISSUED_ON = '2026-03-01';

let postgres: TestPostgres;
let database: Database;
let lives = 0;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
});
afterAll(() => postgres.stop());

/** What happens next, after some days. */
const step = fc.record({
  what: fc.constantFrom('pay', 'credit', 'write-off', 'lift', 'void', 'wait'),
  days: fc.nat({ max: 20 }),
  /** How much, and of a payment how many days before it is seen it was made. */
  amount: fc.integer({ min: 1, max: TOTAL + 400 }),
  earlier: fc.nat({ max: 10 }),
});

/** Lives in which each step is possible once, and refused once if it can be. */
const KNOWN: readonly Step['what'][][] = [
  ['wait', 'wait', 'wait', 'write-off', 'lift', 'lift', 'write-off', 'pay', 'credit'],
  ['void', 'void', 'credit'],
];

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

async function take(
  { what, amount, earlier }: Step,
  tenantId: TenantId,
  invoiceId: string,
  day: string,
): Promise<void> {
  const now = new Date(`${day}T03:00:00Z`);
  const act = { tenantId, invoiceId, reason: 'r', actor: SYSTEM, now };
  await followUpInvoices(database.db, [tenantId], now);
  await database.db.transaction().execute(async (db) => {
    switch (what) {
      case 'pay':
        await recordPayment(db, {
          ...act,
          amount: BigInt(amount),
          cause: `payment:${day}:${lives}:${amount}`,
          paidAt: new Date(`${daysLater(day, -earlier)}T03:00:00Z`),
          recordedAt: now,
        });
        break;
      case 'credit':
        await creditInvoice(db, { ...act, lines: [{ position: 1, amount: BigInt(amount) }] });
        break;
      case 'write-off':
        await writeOffInvoice(db, act);
        break;
      case 'lift':
        await liftSuspension(db, act);
        break;
      case 'void':
        await voidInvoice(db, act);
        break;
    }
  });
}

/** What is wrong in the books of a tenant: nothing. */
async function wrong(tenantId: TenantId) {
  const { rows } = await sql`
    select invoices.*, booked.* from invoices, lateral (
      select coalesce(sum(amount), 0) as every_account,
        coalesce(sum(amount) filter (where account = 'receivable'), 0) as receivable,
        coalesce(sum(amount) filter (where account = 'bad-debt'), 0) as bad_debt,
        coalesce(-sum(amount) filter (where account = 'late-fees'), 0) as fees,
        coalesce(-sum(amount) filter (where account = 'revenue'), 0) as revenue,
        coalesce(-sum(amount) filter (where account = 'credit-balance'), 0) as credit
      from ledger_entries where ledger_entries.tenant_id = invoices.tenant_id
    ) as booked
    where invoices.tenant_id = ${tenantId} and kind = 'monthly'
      and (every_account, receivable, bad_debt, fees)
        is distinct from (0, invoices.open::numeric, invoices.written_off::numeric, invoices.late_fees::numeric)
      or invoices.tenant_id = ${tenantId} and kind = 'monthly' and (credit < 0
        or revenue <> case state when 'void' then 0 else total - credited end)`.execute(database.db);
  return rows;
}

it('whatever happens to an invoice, in whatever order, the books have of it what it says', async () => {
  const directory = new TenantDirectory(database);
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: MOST_STEPS }), async (steps) => {
      lives += 1;
      const { id: tenantId } = await directory.create({ id: `life-${lives}`, name: 'Life' });
      const number = `INV-2026-${String(lives).padStart(6, '0')}`;
      const invoiceId = await issuePlainInvoice(database.db, {
        tenantId,
        period: '2026-02',
        total: BigInt(TOTAL),
        issuedOn: ISSUED_ON,
        number,
      });
      let day = ISSUED_ON;
      for (const each of steps) {
        day = daysLater(day, each.days);
        const taken = await take(each, tenantId, invoiceId, day).then(
          () => 'taken',
          (error: unknown) => {
            // What is not possible is refused, by us and not by a constraint.
            expect(error).toBeInstanceOf(ProblemError);
            return 'refused';
          },
        );
        seen.add(`${each.what} ${taken}`);
        expect(await wrong(tenantId)).toEqual([]);
      }
    }),
    {
      numRuns: LIVES,
      examples: KNOWN.map((life) => [
        life.map((what) => ({ what, days: 10, amount: TOTAL / 2, earlier: 0 })),
      ]),
    },
  );
  // Paying and waiting are always possible.
  expect([...seen].sort()).toEqual([
    'credit refused',
    'credit taken',
    'lift refused',
    'lift taken',
    'pay taken',
    'void refused',
    'void taken',
    'wait taken',
    'write-off refused',
    'write-off taken',
  ]);
}, 120_000);
