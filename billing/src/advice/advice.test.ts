import { expect, it } from 'vitest';
import { evenUsage, type MeterKey, type Usage } from '../meters/meter.ts';
import { decimal } from '../money/decimal.ts';
import { billingMonth } from '../period/month.ts';
import { CATALOGUE } from '../plans/catalogue.ts';
import type { GrantedDiscount } from '../plans/contract.ts';
import { PriceList } from '../plans/price-list.ts';
import { bill } from '../rating/bill.ts';
import { planOf } from '../testing/plans.ts';
import { type Advice, type AdviceQuestion, adviceOn } from './advice.ts';
import { adviceText } from './advice-text.ts';
import type { EndpointUse } from './endpoint-use.ts';
import { hitsFor } from './usage-changes.ts';

const { days } = billingMonth('2026-02', 'Asia/Jakarta');
const BUSY: Partial<Record<MeterKey, string>> = {
  api_calls: '300000',
  data_transfer: '80',
  rendering_requests: '15000',
  cpu: '9000',
  cache_lookups: '10000',
  cache_hits: '6000',
};

const QUIET: EndpointUse = {
  method: 'GET',
  endpoint: '/api/v1/quiet',
  calls: 100n,
  renders: 0n,
  textBytesOut: 20_000n,
  cacheLookups: 0n,
  cacheHits: 0n,
  missCpu: 0n,
  hitCpu: 0n,
  sessions: 50n,
  callsInSessions: 100n,
};

function question(plan: string, totals: Partial<Record<MeterKey, string>>): AdviceQuestion {
  return {
    month: '2026-02',
    usage: evenUsage(days, totals),
    contract: { startedOn: '2026-01-01', terms: [{ from: '2026-01-01', plan }], discounts: [] },
    prices: new PriceList(CATALOGUE),
    today: '2026-03-05',
    endpoints: [],
  };
}

function onlyPlan(asked: AdviceQuestion, key: string): AdviceQuestion {
  return { ...asked, prices: new PriceList([planOf(key)]) };
}

function of<Kind extends Advice['kind']>(
  advice: readonly Advice[],
  kind: Kind,
): Extract<Advice, { kind: Kind }> | undefined {
  return advice.find((one): one is Extract<Advice, { kind: Kind }> => one.kind === kind);
}

function totalOf(asked: AdviceQuestion, usage: Usage): bigint {
  return bill({ ...asked, usage }).total;
}

it('says what the cheapest plan would have saved', () => {
  const asked = question('professional', { members: '100', transactions: '50', admin_users: '3' });
  const advice = of(adviceOn(asked), 'other-plan');
  // 300,000 and 2,000 a member; Starter has one administrator only, and Usage costs the same.
  expect([advice?.plan.key, advice?.saving]).toEqual(['tiered', 1_000_000n]);
});

it('says what the next step of the cache’s terms would save, and which endpoints have the misses', () => {
  const cached = (endpoint: string, lookups: bigint, hits: bigint): EndpointUse => ({
    ...QUIET,
    endpoint,
    cacheLookups: lookups,
    cacheHits: hits,
    missCpu: (lookups - hits) * 100_000n,
    hitCpu: hits * 1_000n,
  });
  const asked = onlyPlan(
    {
      ...question('payg', BUSY),
      endpoints: [cached('/api/v1/loans', 2_000n, 1_000n), cached('/api/v1/members', 8_000n, 5_000n)],
    },
    'payg',
  );
  const advice = of(adviceOn(asked), 'caching');
  expect([advice?.hits, advice?.targetHits]).toEqual([6_000n, 7_500n]);
  expect(advice?.endpoints).toEqual([{ method: 'GET', endpoint: '/api/v1/members', amount: 1_500n }]);
  // A tenth of 10,000 requests at 100, and 1,500 × 0.099 seconds of CPU at 0.001.
  expect(advice?.saving).toBe(100_000n);
});

it('needs all hits that a step asks for, and one more where the step begins above its bound', () => {
  expect(hitsFor(decimal('1000'), { above: '0.75', inclusive: true })).toBe(750n);
  expect(hitsFor(decimal('1000'), { above: '0.9', inclusive: false })).toBe(901n);
  expect(hitsFor(decimal('1001'), { above: '0.75', inclusive: true })).toBe(751n);
});

it('says what compression would save where text is large, and what it takes it to come to', () => {
  const asked = onlyPlan(
    {
      ...question('payg', BUSY),
      endpoints: [
        QUIET,
        { ...QUIET, endpoint: '/api/v1/reports', calls: 10_000n, textBytesOut: 40_000_000_000n },
      ],
    },
    'payg',
  );
  const advice = of(adviceOn(asked), 'compression');
  expect(advice?.endpoints).toEqual([
    { method: 'GET', endpoint: '/api/v1/reports', amount: 30_000_000_000n },
  ]);
  expect(advice?.saving).toBe(30n * 50n);
  expect(advice && adviceText(advice, 'en').detail).toContain('25% of its size');
  expect(advice && adviceText(advice, 'id').detail).toContain('30 GB');
});

it('says what calling a chatty endpoint less often would save', () => {
  const chatty = {
    ...QUIET,
    endpoint: '/api/v1/messages',
    calls: 250_000n,
    sessions: 2_000n,
    callsInSessions: 240_000n,
  };
  const asked = onlyPlan({ ...question('payg', BUSY), endpoints: [QUIET, chatty] }, 'payg');
  const advice = of(adviceOn(asked), 'fewer-calls');
  expect(advice?.endpoints).toEqual([{ method: 'GET', endpoint: '/api/v1/messages', amount: 220_000n }]);
  const fewer = evenUsage(days, { ...BUSY, api_calls: '80000' });
  expect(advice?.saving).toBe(totalOf(asked, asked.usage) - totalOf(asked, fewer));
  expect(advice?.saving).toBe(1_100n);
});

it('says what paying ahead would save, unless this month is paid ahead', () => {
  const asked = onlyPlan(question('enterprise', {}), 'enterprise');
  expect(of(adviceOn(asked), 'commitment')).toMatchObject({
    saving: 300_000n,
    options: [
      { years: 1, saving: 300_000n },
      { years: 2, saving: 450_000n },
      { years: 3, saving: 600_000n },
    ],
  });
  const ahead = (from: string): AdviceQuestion => {
    const discounts: GrantedDiscount[] = [{ kind: 'prepaid', from, years: 1 }];
    return { ...asked, contract: { ...asked.contract, discounts } };
  };
  expect(adviceOn(ahead('2025-06-01'))).toEqual([]);
  expect(of(adviceOn(ahead('2025-02-01')), 'commitment')).toBeDefined();
});

it('gives no advice that saves nothing, whatever the endpoints are like', () => {
  const endpoints = [{ ...QUIET, calls: 250_000n, callsInSessions: 240_000n, textBytesOut: 40_000_000_000n }];
  const flat = onlyPlan({ ...question('enterprise', BUSY), endpoints }, 'enterprise');
  expect(adviceOn(flat).map(({ kind }) => kind)).toEqual(['commitment']);
});

it('has no advice for a tenant whose contract has ended', () => {
  const asked = question('professional', BUSY);
  expect(adviceOn({ ...asked, contract: { ...asked.contract, endedOn: '2026-02-28' } })).toEqual([]);
});

it('puts the largest saving first', () => {
  const savings = adviceOn(question('unlimited-rendering', BUSY)).map(({ saving }) => saving);
  expect(savings.length).toBeGreaterThan(1);
  expect(savings).toEqual([...savings].sort((a, b) => (a > b ? -1 : 1)));
});
