// The whole application in a process of its own, on its embedded engines, with a clock that stands on a day with a month
// before it. Does what the parent orders, one thing after another, and ends with it.
import { join } from 'node:path';
import { billingMonth, monthAt, monthsLater } from '@riwayat/billing';
import { openContract } from '../../api/src/billing/contracts.ts';
import type { Metering } from '../../api/src/billing/metering.ts';
import { issueDueInvoices } from '../../api/src/invoices/month-run.ts';
import { startApplication } from '../../api/src/testing/application.ts';
import { openStore } from '../../collector/src/store/store.ts';
import { History } from '../queries/history.ts';
import { TIMEZONE, tenantOfRank } from '../queries/workload.ts';
import type { Done, Door, Order } from './messages.ts';
import { invoicedTenant, storeMonths } from './months.ts';

const LOADING_MS = 900_000;
const NOON_MS = 5 * 3_600_000;
const MS_PER_SECOND = 1_000;
const PLAN = 'professional';
const BUDGET = 5_000_000n;
const NOTHING: Done = { seconds: 0, count: 0, meteringSeconds: 0, doors: [] };
const noLog = { debug: () => undefined, info: () => undefined, warn: console.error, error: console.error };

const [, , today = ''] = process.argv;
const now = new Date(Date.parse(today) + NOON_MS);
const thisMonth = monthAt(now, TIMEZONE);
const monthBefore = billingMonth(monthsLater(thisMonth, -1), TIMEZONE);
const application = await startApplication({}, () => now);
const { services, config } = application;
const store = openStore({
  address: { kind: 'embedded', path: join(config.dataDirectory, 'clickhouse') },
  logger: noLog,
});

async function storeMonthsOf({ tenants, requests }: Extract<Order, { do: 'store-months' }>): Promise<Done> {
  const [firstDay = ''] = monthBefore.days;
  await storeMonths(store, services.database, {
    tenants,
    requests,
    firstDay,
    from: monthBefore.from,
    timezone: TIMEZONE,
  });
  return NOTHING;
}

async function issue({ tenants, atOnce }: Extract<Order, { do: 'issue' }>): Promise<Done> {
  let meteringSeconds = 0;
  const metering: Pick<Metering, 'ofBills'> = {
    // Rows have just been stored, and the clock of the application stands: the cutoff is left to the clock of the machine.
    async ofBills({ storedBy: _, ...question }) {
      const began = performance.now();
      const usage = await services.metering.ofBills({ ...question, storedBy: new Date() });
      meteringSeconds += (performance.now() - began) / MS_PER_SECOND;
      return usage;
    },
  };
  const { pricing, database } = services;
  const ids = Array.from({ length: tenants }, (_, index) => invoicedTenant(index));
  let count = 0;
  const began = performance.now();
  for (let first = 0; first < ids.length; first += atOnce) {
    const invoicing = { db: database.db, metering, pricing, now: () => now };
    count += await issueDueInvoices(invoicing, ids.slice(first, first + atOnce));
  }
  return { ...NOTHING, count, seconds: (performance.now() - began) / MS_PER_SECOND, meteringSeconds };
}

async function storeHistory({ rows }: Extract<Order, { do: 'store-history' }>): Promise<Done> {
  const history = new History(store, today);
  await history.extend(rows, performance.now() + LOADING_MS, () => undefined);
  await history.settle();
  return { ...NOTHING, count: await history.rows() };
}

async function openTenants({ count }: Extract<Order, { do: 'open-tenants' }>): Promise<Done> {
  const doors: Door[] = [];
  for (let rank = 1; rank <= count; rank += 1) {
    const tenantId = await application.createTenant(tenantOfRank(rank), ['administrator']);
    const startedOn = monthBefore.days[0] ?? '';
    await openContract(services.database.db, { tenantId, startedOn, plan: PLAN, budget: BUDGET });
    const token = await application.tokenOf(tenantId, 'administrator');
    doors.push({ url: `${application.url}/api/v1/tenant/usage/summary`, token });
  }
  return { ...NOTHING, doors };
}

function obey(order: Order): Promise<Done> {
  switch (order.do) {
    case 'store-months':
      return storeMonthsOf(order);
    case 'issue':
      return issue(order);
    case 'store-history':
      return storeHistory(order);
    case 'open-tenants':
      return openTenants(order);
  }
}

process.on('message', (order: Order) => {
  obey(order).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', async () => {
  await store.close();
  await application.stop();
  process.exit(0);
});
process.send?.(NOTHING);
