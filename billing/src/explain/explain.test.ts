import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evenUsage } from '../meters/meter.ts';
import { decimal } from '../money/decimal.ts';
import { billingMonth } from '../period/month.ts';
import { CATALOGUE } from '../plans/catalogue.ts';
import type { Contract } from '../plans/contract.ts';
import type { Language, Plan } from '../plans/plan.ts';
import { PriceList } from '../plans/price-list.ts';
import { type Bill, bill } from '../rating/bill.ts';
import { calculationSchema, measuredSchema } from '../rating/line-json.ts';
import { negated } from '../rating/negated.ts';
import { priceOfTotals } from '../rating/price-of-totals.ts';
import { contractFor, DAYS, discounts, MONTH, PROPERTY, plans, usages } from '../testing/arbitraries.ts';
import { evaluate } from '../testing/evaluate.ts';
import { planOf, planWith } from '../testing/plans.ts';
import { WORKED_EXAMPLES } from '../testing/worked-examples.ts';
import { explain, explainLine } from './explain.ts';

const LANGUAGES: readonly Language[] = ['id', 'en'];
const MEMBERS = { component: 'members', name: { id: 'Anggota', en: 'Members' }, meter: 'members' } as const;
const CALLS = {
  component: 'api_calls',
  name: { id: 'Panggilan API', en: 'API calls' },
  meter: 'api_calls',
} as const;

/** What is wrong with the formulas of a bill: nothing, if each comes to its line's exact amount. */
function wrongFormulas({ lines }: Pick<Bill, 'lines'>, languages = LANGUAGES): string[] {
  return languages.flatMap((language) =>
    explain({ lines }, language).lines.flatMap(({ formula }, index) => {
      const exact = lines[index]?.exact;
      const { computed, printed } = evaluate(formula, language);
      return exact !== undefined && computed.eq(exact) && printed.eq(exact)
        ? []
        : [`${formula}: computed ${computed.toFixed()}, billed ${exact?.toFixed()}`];
    }),
  );
}

/** 17 of the days of July at one plan, 14 at the other. */
function changedInJuly(first: Plan, second: Plan, totals: Parameters<typeof evenUsage>[1]): Bill {
  const { month, days } = billingMonth('2026-07', 'Asia/Jakarta');
  const contract: Contract = {
    startedOn: '2026-01-01',
    terms: [
      { from: '2026-01-01', plan: first.key },
      { from: '2026-07-18', plan: second.key },
    ],
    discounts: [{ kind: 'rural', from: '2026-01-01' }],
  };
  return bill({ month, usage: evenUsage(days, totals), contract, prices: new PriceList([first, second]) });
}

function formulas(of: Bill, language: Language): string[] {
  return explain(of, language).lines.map(({ formula }) => formula.replaceAll('\u00a0', ' '));
}

it('gives the formula of each line of the usage plan in words and numbers', () => {
  const of = priceOfTotals(planOf('usage'), {
    members: '250',
    transactions: '300',
    storage: '2',
    api_calls: '500',
  });
  expect(formulas(of, 'id')).toEqual([
    'Rp300.000 = Rp300.000',
    '250 anggota × Rp2.000 = Rp500.000',
    '(300 − 100) transaksi × Rp100 = Rp20.000',
    '(2 − 1) GB × Rp100 = Rp100',
    '0 panggilan × Rp0,01 = Rp0',
  ]);
  expect(formulas(of, 'en')[2]).toBe('(300 − 100) transactions × Rp 100 = Rp 20,000');
  const explained = explain(of, 'id');
  expect(explained.lines[4]?.notes).toEqual(['Termasuk dalam paket: 500 dari 1.000 panggilan.']);
  expect(explained).toMatchObject({ total: 'Rp820.100', rounding: null });
});

it('shows the share of days of a plan that changed, and what a discount is of', () => {
  const of = changedInJuly(planOf('usage'), planOf('hybrid'), { members: '250', transactions: '310' });
  expect(formulas(of, 'id')).toEqual([
    'Rp300.000 × 17/31 hari = Rp164.516,129032258065',
    '250 anggota × Rp2.000 × 17/31 hari = Rp274.193,548387096774',
    '(170 − 100 × 17/31 hari) transaksi × Rp100 = Rp11.516,1290322581',
    '0 GB × Rp100 × 17/31 hari = Rp0',
    '0 panggilan × Rp0,01 = Rp0',
    'Rp1.000.000 × 14/31 hari = Rp451.612,903225806452',
    '(250 − 200) anggota × Rp1.500 × 14/31 hari = Rp33.870,967741935484',
    '(140 − 200 × 14/31 hari) transaksi × Rp50 = Rp2.483,87096774195',
    '0 GB × Rp50 × 14/31 hari = Rp0',
    '0 fitur × Rp200.000 × 14/31 hari = Rp0',
    '−15% × Rp938.193,548387096825 = −Rp140.729,032258064524',
  ]);
  expect(explain(of, 'id').rounding).toMatch(/dibulatkan sekali menjadi Rp797\.465/);
  expect(wrongFormulas(of)).toEqual([]);
});

it('shows tiers part by part, or the one that all are priced at', () => {
  const tiers = [
    { upTo: '10', price: '20' },
    { upTo: null, price: '5' },
  ];
  const graduated = planWith([{ key: 'm', ...MEMBERS, model: 'tiered', mode: 'graduated', tiers }]);
  expect(formulas(priceOfTotals(graduated, { members: '12' }), 'en')).toEqual([
    '10 members × Rp 20 + 2 members × Rp 5 = Rp 210',
  ]);
  const volume = priceOfTotals(planWith([{ key: 'm', ...MEMBERS, model: 'tiered', tiers }]), {
    members: '12',
  });
  expect(formulas(volume, 'en')).toEqual(['12 members × Rp 5 = Rp 60']);
  expect(explain(volume, 'en').lines[0]?.notes).toEqual(['All of it at the price of the highest tier.']);
});

it('shows packages, day peaks, bursts, limits and the cache', () => {
  const plan = planWith(
    [
      { key: 'p', ...CALLS, model: 'package', packageSize: '100', included: '50', price: '1000' },
      { key: 'd', ...MEMBERS, model: 'per-day-peak', included: '10', price: '7' },
      { key: 'b', ...CALLS, model: 'burst', covered: '30', price: '0.5' },
    ],
    {
      cap: '1000',
      cacheModifier: {
        key: 'cache',
        component: 'members',
        name: { id: 'Cache', en: 'Cache' },
        steps: [{ above: '0.9', percent: '-20' }],
      },
    },
  );
  const { days } = billingMonth('2026-06', 'UTC');
  const usage = evenUsage(days, { members: '12', api_calls: '240', cache_lookups: '100', cache_hits: '95' });
  const of = bill({ month: '2026-06', usage, contract: contractFor(plan), prices: new PriceList([plan]) });
  expect(formulas(of, 'en')).toEqual([
    '2 packages × Rp 1,000 = Rp 2,000',
    `(${days.map(() => '2').join(' + ')}) members × Rp 7 = Rp 420`,
    '(240 − 30) calls × Rp 0.5 = Rp 105',
    '−20% × Rp 420 = −Rp 84',
    'Rp 1,000 − Rp 2,441 = −Rp 1,441',
  ]);
  expect(wrongFormulas(of)).toEqual([]);
  expect(wrongFormulas({ lines: of.lines.map(negated) })).toEqual([]);
});

it.each(WORKED_EXAMPLES)('prints $name so that it can be computed again', ({ plan, usual }) => {
  expect(wrongFormulas(priceOfTotals(planOf(plan), usual))).toEqual([]);
});

describe('for any plan, usage and change of plan', () => {
  const changes = fc.record({
    first: plans,
    other: plans,
    usage: usages,
    granted: discounts,
    at: fc.nat(DAYS.length),
  });

  it('prints formulas that come to what was billed, in both languages', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        changes,
        fc.constantFrom(...LANGUAGES),
        ({ first, other, usage, granted, at }, language) => {
          const second = { ...other, key: 'second' };
          const contract = {
            ...contractFor(first, granted),
            terms: [
              { from: '2025-01-01', plan: first.key },
              { from: usage.days[at] ?? '2026-04-01', plan: second.key },
            ],
          };
          const of = bill({ month: MONTH, usage, contract, prices: new PriceList([first, second]) });
          return wrongFormulas(of, [language]).length === 0;
        },
      ),
      PROPERTY,
    );
  });

  it('explains a line that was kept as JSON as it did before', () => {
    fc.assert(
      fc.property(plans, usages, (plan, usage) => {
        const { lines } = bill({
          month: MONTH,
          usage,
          contract: contractFor(plan),
          prices: new PriceList([plan]),
        });
        for (const line of lines) {
          const calculation = calculationSchema.parse(JSON.parse(JSON.stringify(line.calculation)));
          const measured = line.measured && measuredSchema.parse(JSON.parse(JSON.stringify(line.measured)));
          expect(explainLine({ ...line, calculation, measured }, 'id')).toEqual(explainLine(line, 'id'));
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

it('writes every plan of the catalogue in the reader’s language alone', () => {
  for (const plan of CATALOGUE) {
    const { lines } = priceOfTotals(plan, {});
    const english = explain({ lines }, 'en').lines.flatMap(({ formula, notes }) => [formula, ...notes]);
    expect(english.join(' ')).not.toMatch(/anggota|transaksi|panggilan|permintaan|pengguna|hari/);
  }
});

it('takes the sign of a line that is taken back', () => {
  const [line] = priceOfTotals(planOf('usage'), {}).lines;
  expect(line && explainLine(negated(line), 'id')).toMatchObject({
    formula: '−(Rp300.000) = −Rp300.000',
    amount: '−Rp300.000',
  });
  expect(line && negated(negated(line))).toEqual(line);
  expect(line?.exact.eq(decimal('300000'))).toBe(true);
});
