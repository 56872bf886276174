import { randomBytes } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SYSTEM } from '../audit/audit.ts';
import { openContract } from '../billing/contracts.ts';
import { Prices } from '../billing/prices.ts';
import { Pricing } from '../billing/pricing.ts';
import { Keyring } from '../keys/keyring.ts';
import type { Database } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { silent, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { TabledMetering } from '../testing/tabled-metering.ts';
import { type CreditedLine, creditInvoice } from './credit-note.ts';
import { followUpInvoices } from './dunning.ts';
import { balancesOf } from './ledger.ts';
import { issueDueInvoices } from './month-run.ts';
import { recordPayment } from './receipts.ts';
import { voidInvoice } from './void.ts';

let postgres: TestPostgres;
let database: Database;
let tenantId: TenantId;
let invoiceId: string;
const metering = new TabledMetering();

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
});
afterAll(() => postgres.stop());

/** An invoice of 800,000 on 1 February in Jakarta, 300,000 of it the base fee. */
beforeEach(async () => {
  const id = `t-${randomBytes(4).toString('hex')}`;
  ({ id: tenantId } = await new TenantDirectory(database).create({ id, name: id }));
  await openContract(database.db, { tenantId, startedOn: '2026-01-01', plan: 'usage' });
  metering.tell(tenantId, '2026-01-10', 'members', '250', new Date('2026-01-11T00:00:00Z'));
  await run('2026-02-01');
  ({ id: invoiceId } = await invoice());
});

/** Three in the morning of a day in Jakarta. */
function morning(day: string): Date {
  return new Date(`${day}T03:00:00+07:00`);
}

function run(day: string): Promise<number> {
  const pricing = new Pricing(database, new Prices(database));
  return issueDueInvoices({ db: database.db, metering, pricing, now: () => morning(day) }, [tenantId]);
}

function follow(day: string): Promise<number> {
  return followUpInvoices(database.db, [tenantId], morning(day));
}

function pay(amount: bigint, day: string, recordedOn = day, cause = `payment:${day}`) {
  return database.db.transaction().execute((db) =>
    recordPayment(db, {
      tenantId,
      invoiceId,
      amount,
      cause,
      paidAt: morning(day),
      recordedAt: morning(recordedOn),
    }),
  );
}

function credit(day: string, lines?: CreditedLine[]): Promise<string> {
  const act = { tenantId, invoiceId, reason: 'r', actor: SYSTEM, now: morning(day), ...(lines && { lines }) };
  return database.db.transaction().execute((db) => creditInvoice(db, act));
}

function makeVoid(day: string): Promise<void> {
  const act = { tenantId, invoiceId, reason: 'r', actor: SYSTEM, now: morning(day) };
  return database.db.transaction().execute((db) => voidInvoice(db, act));
}

function invoice(period = '2026-01') {
  return database.db
    .selectFrom('invoices')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'monthly')
    .where('period', '=', period)
    .orderBy('created_at', 'desc')
    .select(['id', 'state', 'late_fees', 'paid', 'credited', 'open', 'number'])
    .executeTakeFirstOrThrow();
}

const balances = () => balancesOf(database.db, tenantId);

describe('an invoice that is not paid', () => {
  it('costs 2 % of its total for each day after grace, is late, and suspends 14 days after grace', async () => {
    await follow('2026-02-08');
    expect(await invoice()).toMatchObject({ state: 'issued', late_fees: '0', open: '800000' });
    await follow('2026-02-09');
    expect(await invoice()).toMatchObject({ state: 'late', late_fees: '16000', open: '816000' });
    await follow('2026-02-21');
    expect(await invoice()).toMatchObject({ state: 'late', late_fees: `${13 * 16_000}` });
    await follow('2026-02-22');
    expect(await invoice()).toMatchObject({ state: 'suspended', late_fees: `${13 * 16_000}` });
    await follow('2026-03-22');
    expect(await invoice()).toMatchObject({ state: 'suspended', late_fees: `${13 * 16_000}` });
    expect(await balances()).toMatchObject({ receivable: 1_008_000n, 'late-fees': -208_000n });
  });

  it('has a fee a day, also when several copies run at once and after days of downtime', async () => {
    await Promise.all([1, 2, 3].map(() => follow('2026-02-12')));
    await follow('2026-02-12');
    expect(await invoice()).toMatchObject({ state: 'late', late_fees: `${4 * 16_000}` });
    await Promise.all([1, 2].map(() => follow('2026-04-30')));
    expect(await invoice()).toMatchObject({ state: 'suspended', late_fees: `${13 * 16_000}` });
    const fees = await database.db
      .selectFrom('late_fees')
      .where('invoice_id', '=', invoiceId)
      .orderBy('day')
      .select('day')
      .execute();
    expect([fees.length, fees[0]?.day, fees.at(-1)?.day]).toEqual([13, '2026-02-09', '2026-02-21']);
  });

  it('is told of before it costs more, when it does, and when the keys stop', async () => {
    const people = await database.db
      .insertInto('users')
      .values({
        id: `usr_${tenantId}`,
        email: `${tenantId}@x.example`,
        name: 'A',
        password_hash: null,
        locale: null,
        photo_key: null,
        photo_type: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await database.db
      .insertInto('memberships')
      .values({ user_id: people.id, tenant_id: tenantId, role: 'board' })
      .execute();
    for (const day of ['2026-02-05', '2026-02-06', '2026-02-09', '2026-02-10', '2026-02-22']) {
      await follow(day);
    }
    const told = await database.db
      .selectFrom('notifications')
      .where('tenant_id', '=', tenantId)
      .orderBy('id')
      .select('kind')
      .execute();
    expect(told.map(({ kind }) => kind)).toEqual(['invoice.due-soon', 'invoice.late', 'invoice.suspended']);
  });

  it('is no longer late once it is paid with its fees, and the suspension is over', async () => {
    await follow('2026-03-01');
    const keyring = new Keyring(database, silent);
    expect(await keyring.owedBy(tenantId)).toEqual([{ number: expect.any(String), open: 1_008_000n }]);
    expect(await pay(1_000_000n, '2026-03-01')).toMatchObject({ invoice: { state: 'suspended' } });
    expect(await keyring.owedBy(tenantId)).toEqual([{ number: expect.any(String), open: 8_000n }]);
    expect(await pay(8_000n, '2026-03-02')).toMatchObject({ invoice: { state: 'paid' } });
    expect(await keyring.owedBy(tenantId)).toEqual([]);
    expect(await balances()).toMatchObject({ receivable: 0n, cash: 1_008_000n, 'credit-balance': 0n });
  });

  it('costs nothing for the days after it was paid, when the payment is seen later', async () => {
    await follow('2026-02-15');
    expect(await pay(816_000n, '2026-02-09', '2026-02-15')).toMatchObject({
      applied: 816_000n,
      credit: 0n,
      invoice: { state: 'paid' },
    });
    await follow('2026-02-20');
    expect(await invoice()).toMatchObject({ state: 'paid', late_fees: '16000' });
    expect(await balances()).toMatchObject({ receivable: 0n, 'late-fees': -16_000n });
  });
});

describe('a credit note', () => {
  it('over everything is 0 together with its invoice, in every line and in the books', async () => {
    await follow('2026-02-10');
    const note = await credit('2026-02-10');
    const { rows } = await sums(note);
    expect(rows.every(({ amount, exact }) => amount === '0' && Number(exact) === 0)).toBe(true);
    expect(await invoice()).toMatchObject({
      state: 'credited',
      open: '0',
      late_fees: '0',
      credited: '800000',
    });
    expect(await balances()).toEqual({
      receivable: 0n,
      revenue: 0n,
      'late-fees': 0n,
      cash: 0n,
      'credit-balance': 0n,
      'bad-debt': 0n,
    });
    await expect(credit('2026-02-11')).rejects.toMatchObject({ code: 'invoice-step-refused' });
    expect(await pay(100n, '2026-02-12')).toMatchObject({ applied: 0n, credit: 100n });
  });

  it('by line leaves the rest to be paid, and several come to no more than there is', async () => {
    await credit('2026-02-02', [{ position: 1, amount: 100_000n }]);
    expect(await invoice()).toMatchObject({ state: 'issued', open: '700000', credited: '100000' });
    await expect(credit('2026-02-02', [{ position: 1, amount: 200_001n }])).rejects.toMatchObject({
      code: 'invalid-request',
    });
    await credit('2026-02-02', [{ position: 1 }]);
    const last = await credit('2026-02-03');
    expect(await invoice()).toMatchObject({ state: 'credited', credited: '800000' });
    const { rows } = await sums(last);
    expect(rows.every(({ amount, exact }) => amount === '0' && Number(exact) === 0)).toBe(true);
    expect(await balances()).toMatchObject({ receivable: 0n, revenue: 0n });
  });

  it('of a paid invoice becomes credit, which pays the next one', async () => {
    await pay(800_000n, '2026-02-02');
    await credit('2026-02-03', [{ position: 1 }]);
    expect(await invoice()).toMatchObject({ state: 'paid', paid: '500000', credited: '300000' });
    expect(await balances()).toMatchObject({ receivable: 0n, 'credit-balance': -300_000n });
    await run('2026-03-01');
    expect(await invoice('2026-02')).toMatchObject({ state: 'paid', paid: '300000', open: '0' });
    expect(await balances()).toMatchObject({ receivable: 0n, 'credit-balance': 0n });
  });

  async function sums(note: string) {
    const lines = await database.db
      .selectFrom('invoice_lines')
      .innerJoin('invoices', 'invoices.id', 'invoice_lines.invoice_id')
      .where((where) => where.or([where('invoices.id', '=', invoiceId), where('refers_to', '=', invoiceId)]))
      .groupBy(({ fn }) => fn.coalesce('invoice_lines.credits', 'invoice_lines.position'))
      .select(({ fn }) => [
        fn.sum<string>('invoice_lines.amount').as('amount'),
        fn.sum<string>('invoice_lines.exact').as('exact'),
      ])
      .execute();
    return { note, rows: lines };
  }
});

describe('a void invoice', () => {
  it('keeps its number, owes nothing, and its month is invoiced again by the next number when that is asked for', async () => {
    await follow('2026-02-10');
    const { number } = await invoice();
    await makeVoid('2026-02-10');
    expect(await invoice()).toMatchObject({ state: 'void', number, open: '0' });
    expect(await balances()).toMatchObject({ receivable: 0n, revenue: 0n, 'late-fees': 0n });
    expect(await run('2026-02-11')).toBe(0);
  });

  it('keeps none of the money that comes for it all the same: it becomes credit', async () => {
    await makeVoid('2026-02-02');
    await pay(1_000n, '2026-02-03');
    expect(await invoice()).toMatchObject({ state: 'void', paid: '0' });
    expect(await balances()).toMatchObject({ receivable: 0n, cash: 1_000n, 'credit-balance': -1_000n });
  });

  it('is refused once something was paid: the answer says what to do instead', async () => {
    await pay(1n, '2026-02-02');
    await expect(makeVoid('2026-02-03')).rejects.toMatchObject({
      code: 'invoice-step-refused',
      message: expect.stringContaining('credit it'),
    });
  });

  it('is refused when a later invoice corrects what it has billed', async () => {
    metering.tell(tenantId, '2026-01-20', 'transactions', '200', morning('2026-02-03'));
    await run('2026-03-01');
    await expect(makeVoid('2026-03-02')).rejects.toMatchObject({ code: 'invoice-step-refused' });
  });
});
