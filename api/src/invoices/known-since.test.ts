import { decimal, type MeterKey, type Usage } from '@riwayat/billing';
import { expect, it } from 'vitest';
import { knownSince } from './known-since.ts';

const DAYS = ['2026-02-01', '2026-02-02', '2026-02-03'];

function usage(perDay: Partial<Record<MeterKey, readonly string[]>>): Usage {
  return {
    days: DAYS,
    perDay: Object.fromEntries(
      Object.entries(perDay).map(([meter, values]) => [meter, values.map((value) => decimal(value))]),
    ),
  };
}

it('adds what came late to days of which nothing is missing, and takes nothing from those that lost rows', () => {
  const billed = usage({ api_calls: ['10', '20', '30'], concurrent_users: ['3', '4', '5'] });
  const found = usage({
    api_calls: ['0', '5', '31'],
    concurrent_users: ['0', '2', '6'],
    transactions: ['0', '1', '0'],
  });
  expect(knownSince(billed, found)).toEqual(
    usage({
      api_calls: ['10', '20', '31'],
      concurrent_users: ['3', '4', '6'],
      transactions: ['0', '1', '0'],
    }),
  );
});

it('takes states that were told late as they are now known, also when they were fewer', () => {
  const billed = usage({ members: ['250', '250', '250'], storage: ['2', '2', '2'] });
  const found = usage({ members: ['250', '180', '180'], storage: ['2', '3', '1'] });
  expect(knownSince(billed, found)).toEqual(found);
});
