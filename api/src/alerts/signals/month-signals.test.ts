// What of limits and budgets is used, on the engines, held to what screens and bills say.
import { billingMonth, decimal } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openContract } from '../../billing/contracts.ts';
import { tellReadings } from '../../metering/meter-events.ts';
import { startApplication, type TestApplication } from '../../testing/application.ts';
import { silent } from '../../testing/postgres.ts';
import { requestOf } from '../../testing/records.ts';
import { questionOf } from '../../testing/signal-questions.ts';
import { Agreements } from './agreements.ts';
import { BurnSignal } from './burn-signal.ts';
import { ForecastSignal } from './forecast-signal.ts';
import { monthSignals } from './month-signals.ts';
import { MonthTotals } from './month-totals.ts';
import type { SignalQuestion, SignalReader } from './reader.ts';
import { RunningMonths } from './running-months.ts';

/** The 20th, noon in Jakarta. */
const AT = new Date('2026-11-20T05:00:00Z');
const MONTH = billingMonth('2026-11', 'Asia/Jakarta');
const HOUR_MS = 3_600_000;
const BUDGET = 1_000_000n;
const MONTH_SECONDS = (MONTH.to.getTime() - MONTH.from.getTime()) / 1_000;

let application: TestApplication;
let limited: TenantId;
let busy: TenantId;
let before: TenantId;
let unlimited: TenantId;

function record(tenantId: TenantId, hoursAgo: number, calls: number): void {
  const began = new Date(AT.getTime() - hoursAgo * HOUR_MS);
  for (let call = 0; call < calls; call += 1) {
    application.services.collector.record(
      requestOf(tenantId, began, { bytesOut: 5_000_000_000, userId: `u${call}` }),
    );
  }
}

async function read(reader: SignalReader, questions: readonly SignalQuestion[], at = AT) {
  const answers = await reader.read(questions, at);
  return answers.map(([value]) => value?.value);
}

function parts() {
  const { database, prices, collector } = application.services;
  return {
    agreements: new Agreements(database, prices),
    months: new RunningMonths(collector.metering),
    totals: new MonthTotals(1_000),
  };
}

async function totalOf(tenantId: TenantId): Promise<bigint> {
  const { metering, pricing } = application.services;
  const { usage } = await metering.screenMonth({ tenantId, month: MONTH });
  return (await pricing.billOf(tenantId, MONTH, usage))?.total ?? 0n;
}

beforeAll(async () => {
  application = await startApplication();
  const { database, collector } = application.services;
  [limited, busy, before, unlimited] = await Promise.all([
    application.createTenant('satu', []),
    application.createTenant('dua', []),
    application.createTenant('tiga', []),
    application.createTenant('empat', []),
  ]);
  const startedOn = '2026-01-01';
  await openContract(database.db, { tenantId: limited, startedOn, plan: 'starter', budget: BUDGET });
  await openContract(database.db, { tenantId: busy, startedOn, plan: 'payg', budget: BUDGET });
  await openContract(database.db, { tenantId: before, startedOn, plan: 'payg', budget: BUDGET });
  await tellReadings(collector, limited, [
    { meter: 'members', value: decimal('75'), at: new Date(AT.getTime() - 90 * 24 * HOUR_MS), id: 'm' },
    { meter: 'transactions', value: decimal('20'), at: new Date(AT.getTime() - 24 * HOUR_MS), id: 't' },
    { meter: 'transactions', value: decimal('10'), at: new Date(AT.getTime() - HOUR_MS), id: 'u' },
  ]);
  for (const tenant of [busy, before]) {
    record(tenant, 12 * 24, 40);
    record(tenant, 30, 30);
    record(tenant, 3, 20);
  }
  // Of the last two hours.
  record(busy, 1.5, 50);
  record(busy, 0.25, 10);
  await collector.drain();
});
afterAll(() => application.stop());

it('tell how much of a limit is used: of the nearest, or of one meter', async () => {
  const reader = monthSignals(parts());
  const of = (tenantId: TenantId, meter?: string) =>
    questionOf(tenantId, { signal: 'limit_used', ...(meter && { only: { meter } }) });
  expect(
    await read(reader, [
      of(limited),
      of(limited, 'transactions'),
      of(limited, 'members'),
      of(limited, 'api_calls'),
      of(busy),
      of(unlimited),
    ]),
  ).toEqual([75, 60, 75, null, null, null]);
});

it('tell how much of the budget a month has cost so far, as its bill says', async () => {
  const reader = monthSignals(parts());
  const asked = [limited, busy, before, unlimited].map((id) => questionOf(id, { signal: 'budget_used' }));
  const share = async (id: TenantId): Promise<number> =>
    Number((await totalOf(id)) * 10_000n) / Number(BUDGET) / 100;
  const first = await read(reader, asked);
  expect(first).toEqual([await share(limited), await share(busy), await share(before), null]);
  expect(first[1]).toBeGreaterThan(first[2] ?? 0);
  // What comes later counts from the next round on.
  record(before, 0.1, 5);
  await application.services.collector.drain();
  const next = await read(reader, asked, new Date(AT.getTime() + 5_000));
  expect(next[2]).toBe(await share(before));
  expect(next[2]).toBeGreaterThan(first[2] ?? 0);
});

it('tell how fast the budget burns: the cost of the window, against its share of the budget', async () => {
  const { collector } = application.services;
  const { agreements, months } = parts();
  const reader = new BurnSignal({ agreements, months, queries: collector.metering });
  const when = { kind: 'burn', above: 6, short: 300 } as const;
  const of = (id: TenantId, window: number) => questionOf(id, { signal: 'budget_burn', window, when });
  const [burn, fresh, nothing, none] = await read(reader, [
    of(busy, 7_200),
    of(busy, 3_600),
    of(limited, 3_600),
    of(unlimited, 3_600),
  ]);
  // Held to a tenant that is the same but for the last two hours.
  const cost = Number((await totalOf(busy)) - (await costWithoutLast()));
  expect(cost).toBeGreaterThan(0);
  expect(burn).toBeCloseTo(cost / Number(BUDGET) / (7_200 / MONTH_SECONDS), 6);
  expect(fresh).toBeGreaterThan(0);
  expect(fresh).toBeLessThan(burn ?? 0);
  // Ten transactions an hour ago exactly are in no window that begins then, and fees are of no hour.
  expect(nothing).toBe(0);
  expect(none).toBeNull();
});

/** What the busy tenant's month would have cost without its last two hours. */
async function costWithoutLast(): Promise<bigint> {
  const { database, collector } = application.services;
  const twin = await application.createTenant('enam', []);
  await openContract(database.db, { tenantId: twin, startedOn: '2026-01-01', plan: 'payg', budget: BUDGET });
  record(twin, 12 * 24, 40);
  record(twin, 30, 30);
  record(twin, 3, 20);
  await collector.drain();
  return totalOf(twin);
}

it('tell what the month will probably cost, once that was forecast beside the rounds', async () => {
  const asked = [busy, unlimited].map((id) => questionOf(id, { signal: 'budget_forecast' }));
  const forecasts: TenantId[] = [];
  const reader = new ForecastSignal({
    agreements: parts().agreements,
    expectedTotal: async (id) => {
      forecasts.push(id);
      return 1_500_000n;
    },
    logger: silent,
  });
  expect(await read(reader, asked)).toEqual([null, null]);
  await reader.settled();
  expect(await read(reader, asked, new Date(AT.getTime() + 5_000))).toEqual([150, null]);
  await reader.settled();
  // Only of those that have a budget, and not anew each round.
  expect(forecasts).toEqual([busy]);
});
