import { randomBytes } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { issuePlainInvoice } from '../testing/invoices.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { balancesOf, book } from './ledger.ts';
import { type Payment, recordPayment } from './receipts.ts';

let postgres: TestPostgres;
let database: Database;
let tenantId: TenantId;
let numbers = 0;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  const id = `payer-${randomBytes(4).toString('hex')}`;
  ({ id: tenantId } = await new TenantDirectory(database).create({ id, name: id }));
});

function issue(period: string, total: bigint): Promise<string> {
  numbers += 1;
  const number = `INV-2026-${String(numbers).padStart(6, '0')}`;
  return issuePlainInvoice(database.db, { tenantId, period, total, issuedOn: `${period}-01`, number });
}

function pay(invoiceId: string, amount: bigint, cause: string, paidAt = new Date('2026-03-05T03:00:00Z')) {
  const payment: Payment = { tenantId, invoiceId, amount, cause, paidAt, recordedAt: paidAt };
  return database.db.transaction().execute((transaction) => recordPayment(transaction, payment));
}

describe('a payment', () => {
  it('in part leaves the invoice open, and the rest of it settles it', async () => {
    const invoice = await issue('2026-02', 500_000n);
    expect(await pay(invoice, 200_000n, 'payment:1')).toMatchObject({
      applied: 200_000n,
      credit: 0n,
      invoice: { state: 'issued', open: 300_000n },
    });
    expect(await pay(invoice, 300_000n, 'payment:2')).toMatchObject({ invoice: { state: 'paid', open: 0n } });
    expect(await balancesOf(database.db, tenantId)).toMatchObject({ receivable: 0n, cash: 500_000n });
  });

  it('is booked once, however often it is recorded', async () => {
    const invoice = await issue('2026-02', 500_000n);
    const first = await pay(invoice, 600_000n, 'payment:1');
    const again = await Promise.all([1, 2, 3].map(() => pay(invoice, 600_000n, 'payment:1')));
    expect(first).toMatchObject({ applied: 500_000n, credit: 100_000n, repeated: false });
    for (const { applied, credit, repeated } of again) {
      expect({ applied, credit, repeated }).toEqual({ applied: 500_000n, credit: 100_000n, repeated: true });
    }
    expect(await balancesOf(database.db, tenantId)).toEqual({
      receivable: 0n,
      revenue: -500_000n,
      'late-fees': 0n,
      cash: 600_000n,
      'credit-balance': -100_000n,
      'bad-debt': 0n,
    });
  });

  it('beyond what is owed pays the oldest other invoice that waits', async () => {
    const [first, second, third] = [
      await issue('2026-01', 100n),
      await issue('2026-02', 100n),
      await issue('2026-03', 100n),
    ];
    expect(await pay(third, 250n, 'payment:1')).toMatchObject({ applied: 100n, credit: 150n });
    const rows = await database.db
      .selectFrom('invoices')
      .where('id', 'in', [first, second, third])
      .orderBy('issued_on')
      .select(['state', 'open'])
      .execute();
    expect(rows).toEqual([
      { state: 'paid', open: '0' },
      { state: 'issued', open: '50' },
      { state: 'paid', open: '0' },
    ]);
    expect(await balancesOf(database.db, tenantId)).toMatchObject({ receivable: 50n, 'credit-balance': 0n });
  });

  it('of several at once on one invoice is never applied beyond what is open', async () => {
    const invoice = await issue('2026-02', 1_000n);
    const receipts = await Promise.all([1, 2, 3, 4].map((each) => pay(invoice, 400n, `payment:${each}`)));
    expect(receipts.reduce((sum, { applied }) => sum + applied, 0n)).toBe(1_000n);
    expect(await balancesOf(database.db, tenantId)).toMatchObject({ cash: 1_600n, 'credit-balance': -600n });
  });

  it('of another tenant’s invoice is refused', async () => {
    const invoice = await issue('2026-02', 1_000n);
    const { id } = await new TenantDirectory(database).create({ id: 'another', name: 'Another' });
    tenantId = id;
    await expect(pay(invoice, 1_000n, 'payment:1')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('the books', () => {
  it('take no journal that is out of balance', async () => {
    const invoice = await issue('2026-02', 1_000n);
    const wrong = book(database.db, [
      {
        tenantId,
        kind: 'payment',
        cause: 'wrong',
        invoiceId: invoice,
        happenedAt: new Date(),
        entries: { cash: 1_000n, receivable: -999n },
      },
    ]);
    await expect(wrong).rejects.toThrow('out of balance by 1');
  });

  it.each([
    'update ledger_entries set amount = amount + 1',
    'delete from ledger_journals',
    'truncate ledger_entries',
    'update invoice_lines set amount = 0',
    "update invoices set total = 1 where state <> 'draft'",
    'delete from invoices',
  ])('and what was invoiced stay as they are: %s', async (statement) => {
    await issue('2026-02', 1_000n);
    await expect(sql.raw(statement).execute(database.db)).rejects.toMatchObject({ code: '23001' });
  });
});
