import { randomBytes } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openContract } from '../billing/contracts.ts';
import { Prices } from '../billing/prices.ts';
import { Pricing } from '../billing/pricing.ts';
import { DatabaseUnavailableError } from '../postgres/availability.ts';
import { type Database, openDatabase } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { type CuttableWay, cuttableWay, type Moment } from '../testing/cut.ts';
import { silent, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { TabledMetering } from '../testing/tabled-metering.ts';
import type { Invoicing } from './draft.ts';
import { balancesOf } from './ledger.ts';
import { issueDueInvoices } from './month-run.ts';

const JANUARY = new Date('2026-01-15T05:00:00Z');
/** One in the morning of 1 February in Jakarta. */
const FIRST_OF_FEBRUARY = new Date('2026-01-31T18:00:00Z');
const FIRST_OF_MARCH = new Date('2026-02-28T18:00:00Z');

let postgres: TestPostgres;
let database: Database;
let url: string;
let metering: TabledMetering;
let now: Date;
let tenantId: TenantId;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database, url } = await postgres.freshDatabase());
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  metering = new TabledMetering();
  now = FIRST_OF_FEBRUARY;
  tenantId = await tenant();
});

function invoicing(of: Database = database): Invoicing {
  return { db: of.db, metering, pricing: new Pricing(of, new Prices(of)), now: () => now };
}

/** With 250 members, and so 300,000 + 500,000 a month on the plan by usage. */
async function tenant(timezone = 'Asia/Jakarta', startedOn = '2026-01-01'): Promise<TenantId> {
  const id = `t-${randomBytes(4).toString('hex')}`;
  const made = await new TenantDirectory(database).create({ id, name: id, timezone });
  await openContract(database.db, { tenantId: made.id, startedOn, plan: 'usage' });
  metering.tell(made.id, '2026-01-10', 'members', '250', JANUARY);
  return made.id;
}

function invoicesOf(id: TenantId = tenantId) {
  return database.db
    .selectFrom('invoices')
    .where('tenant_id', '=', id)
    .orderBy('period')
    .select(['id', 'number', 'period', 'state', 'total', 'issued_on', 'grace_until', 'suspend_on'])
    .execute();
}

/** Whether the numbers of all invoices are 1, 2, 3 and so on. */
async function numbersWithoutGap(): Promise<boolean> {
  const rows = await database.db
    .selectFrom('invoices')
    .where('number', 'is not', null)
    .orderBy('number')
    .select('number')
    .execute();
  return rows.every(({ number }, index) => number === `INV-2026-${String(index + 1).padStart(6, '0')}`);
}

function linesOf(invoiceId: string) {
  return database.db
    .selectFrom('invoice_lines')
    .where('invoice_id', '=', invoiceId)
    .orderBy('position')
    .select(['kind', 'period', 'component', 'amount', 'measured'])
    .execute();
}

describe('the monthly run', () => {
  it('issues the invoice of the month that is over, once', async () => {
    expect(await issueDueInvoices(invoicing(), [tenantId])).toBe(1);
    expect(await issueDueInvoices(invoicing(), [tenantId])).toBe(0);
    expect(await invoicesOf()).toEqual([
      {
        id: expect.any(String),
        number: expect.stringMatching(/^INV-2026-\d{6}$/),
        period: '2026-01',
        state: 'issued',
        total: '800000',
        issued_on: '2026-02-01',
        grace_until: '2026-02-08',
        suspend_on: '2026-02-22',
      },
    ]);
    expect(await balancesOf(database.db, tenantId)).toMatchObject({ receivable: 800_000n });
  });

  it('begins with the first of the month where the tenant is', async () => {
    const west = await tenant('America/New_York');
    await issueDueInvoices(invoicing(), [tenantId, west]);
    expect([(await invoicesOf()).length, (await invoicesOf(west)).length]).toEqual([1, 0]);
    now = new Date('2026-02-01T05:00:00Z');
    await issueDueInvoices(invoicing(), [tenantId, west]);
    expect(await invoicesOf(west)).toMatchObject([{ issued_on: '2026-02-01' }]);
  });

  it('catches up with months that were missed, and with the end of a contract', async () => {
    await database.db
      .updateTable('contracts')
      .set({ ended_on: '2026-02-14' })
      .where('tenant_id', '=', tenantId)
      .execute();
    now = new Date('2026-06-10T03:00:00Z');
    await issueDueInvoices(invoicing(), [tenantId]);
    expect(await invoicesOf()).toMatchObject([
      { period: '2026-01', total: '800000', issued_on: '2026-06-10' },
      { period: '2026-02', total: '150000', issued_on: '2026-06-10' },
      // Nothing came late: the months after the end have none.
      { period: '2026-03', state: 'void', number: null },
      { period: '2026-04', state: 'void', number: null },
      { period: '2026-05', state: 'void', number: null },
    ]);
  });

  it('leaves tenants without a contract alone', async () => {
    const { id } = await new TenantDirectory(database).create({ id: 'no-contract', name: 'N' });
    expect(await issueDueInvoices(invoicing(), [id])).toBe(0);
  });

  it('issues an invoice of 0, which is paid at once', async () => {
    await database.db
      .updateTable('contract_terms')
      .set({ plan_key: 'free' })
      .where('tenant_id', '=', tenantId)
      .execute();
    const prices = new Prices(database);
    const free = {
      key: 'free',
      version: 1,
      effectiveFrom: '2026-01-01',
      name: { id: 'Gratis', en: 'Free' },
      description: { id: 'Gratis', en: 'Free' },
      charges: [],
      limits: {},
      features: [],
      offered: true,
    };
    await prices.add(
      {
        ...free,
        charges: [
          {
            key: 'base',
            component: 'base_fee',
            name: { id: 'Dasar', en: 'Base' },
            model: 'flat',
            price: '0',
          },
        ],
      },
      { userId: null, role: null, sessionId: null, address: null, requestId: null },
    );
    await issueDueInvoices({ ...invoicing(), pricing: new Pricing(database, prices) }, [tenantId]);
    expect(await invoicesOf()).toMatchObject([{ number: expect.any(String), state: 'paid', total: '0' }]);
  });
});

describe('what comes late', () => {
  beforeEach(async () => {
    await issueDueInvoices(invoicing(), [tenantId]);
    metering.tell(tenantId, '2026-01-20', 'transactions', '150', new Date('2026-02-03T00:00:00Z'));
    now = FIRST_OF_MARCH;
  });

  it('is a line of the next invoice that names its month, the quantity and the amount; and is not billed again', async () => {
    await issueDueInvoices(invoicing(), [tenantId]);
    const [, february] = await invoicesOf();
    expect((await linesOf(february?.id ?? '')).filter(({ kind }) => kind === 'adjustment')).toEqual([
      {
        kind: 'adjustment',
        period: '2026-01',
        component: 'transactions',
        // 100 are included.
        amount: '5000',
        measured: expect.objectContaining({ meter: 'transactions', quantity: '150' }),
      },
    ]);
    now = new Date('2026-03-31T18:00:00Z');
    await issueDueInvoices(invoicing(), [tenantId]);
    const [, , march] = await invoicesOf();
    expect((await linesOf(march?.id ?? '')).filter(({ kind }) => kind === 'adjustment')).toEqual([]);
  });

  it('is told and let go for a tenant with whom that is agreed', async () => {
    await database.db
      .updateTable('contracts')
      .set({ late_events: 'waive' })
      .where('tenant_id', '=', tenantId)
      .execute();
    await issueDueInvoices(invoicing(), [tenantId]);
    const [, february] = await invoicesOf();
    const lines = await linesOf(february?.id ?? '');
    expect(lines.filter(({ period }) => period === '2026-01')).toMatchObject([
      { kind: 'waived', component: 'transactions', amount: '0' },
    ]);
    now = new Date('2026-03-31T18:00:00Z');
    await database.db
      .updateTable('contracts')
      .set({ late_events: 'adjust' })
      .where('tenant_id', '=', tenantId)
      .execute();
    await issueDueInvoices(invoicing(), [tenantId]);
    const [, , march] = await invoicesOf();
    expect((await linesOf(march?.id ?? '')).filter(({ period }) => period !== '2026-03')).toEqual([]);
  });

  it('is billed after the end of a contract, too', async () => {
    await database.db
      .updateTable('contracts')
      .set({ ended_on: '2026-01-31' })
      .where('tenant_id', '=', tenantId)
      .execute();
    await issueDueInvoices(invoicing(), [tenantId]);
    expect(await invoicesOf()).toMatchObject([{ period: '2026-01' }, { period: '2026-02', total: '5000' }]);
  });
});

describe('a run that is killed', () => {
  let way: CuttableWay;
  let cut: Database;

  beforeEach(async () => {
    way = await cuttableWay(url);
    cut = await openDatabase({ url: way.url, logger: silent, maxConnections: 2 });
  });

  it.each<Moment>(['before the server has it', 'before its answer'])(
    'at any statement, %s, leaves nothing that the next one does not put right',
    async (moment) => {
      let killed = 0;
      for (let statement = 1; ; statement += 1) {
        const id = await tenant();
        way.cutAt(statement, moment);
        const outcome = await issueDueInvoices(invoicing(cut), [id]).catch((error: unknown) => error);
        if (!(outcome instanceof DatabaseUnavailableError)) {
          expect(outcome).toBe(1);
          break;
        }
        killed += 1;
        way.cutAt(Number.POSITIVE_INFINITY, moment);
        await issueDueInvoices(invoicing(), [id]);
        expect(await invoicesOf(id)).toMatchObject([{ period: '2026-01', state: 'issued', total: '800000' }]);
        expect(await balancesOf(database.db, id)).toMatchObject({ receivable: 800_000n });
      }
      expect(killed).toBeGreaterThan(15);
      expect(await numbersWithoutGap()).toBe(true);
      await cut.close();
      await way.close();
    },
  );
});

it('gives one invoice a month and no gap when several runs go on at once', async () => {
  const tenants = [tenantId, ...(await Promise.all(Array.from({ length: 11 }, () => tenant())))];
  now = new Date('2026-04-30T18:00:00Z');
  const others = await Promise.all(
    [1, 2].map(() => openDatabase({ url, logger: silent, maxConnections: 3 })),
  );
  const issued = await Promise.all(
    [database, ...others].flatMap((each) => [
      issueDueInvoices(invoicing(each), tenants),
      ...tenants.slice(0, 4).map((id) => issueDueInvoices(invoicing(each), [id])),
    ]),
  );
  await Promise.all(others.map((each) => each.close()));
  expect(issued.reduce((sum, count) => sum + count, 0)).toBe(tenants.length * 4);
  const rows = await database.db
    .selectFrom('invoices')
    .where('tenant_id', 'in', tenants)
    .select(['tenant_id', 'period'])
    .execute();
  expect(new Set(rows.map(({ tenant_id, period }) => `${tenant_id} ${period}`)).size).toBe(rows.length);
  expect(await numbersWithoutGap()).toBe(true);
});
