import { readFileSync } from 'node:fs';
import { decimal, sum } from '@riwayat/billing';
import { expect, it } from 'vitest';
import { daysOf, remindedOn } from '../../invoices/calendar.ts';
import { MONTHS_CORRECTED } from '../../invoices/due-months.ts';
import { LOCALES } from '../../tenants/tenant.ts';
import { ALERT_PAGE, alertPage } from './alert-page.ts';
import { withBlocks } from './blocks.ts';
import { HANDBOOK, handbookPage } from './handbook.ts';
import { walkedBill } from './walk-through.ts';

it.each(LOCALES)(
  'says in %s what the catalogue and the engine say: run "npm run handbook" after either changed',
  (locale) => {
    const page = readFileSync(HANDBOOK[locale], 'utf8');
    expect(page).toBe(handbookPage(page, locale));
  },
);

it('lists the rules that everybody gets: run "npm run handbook" after they changed', () => {
  const page = readFileSync(ALERT_PAGE, 'utf8');
  expect(page).toBe(alertPage(page));
});

it('tells the days of an invoice as they are', () => {
  const { dueOn, graceUntil, suspendOn } = daysOf('2026-12-01');
  expect([dueOn, remindedOn(graceUntil), graceUntil, suspendOn]).toEqual([
    '2026-12-01',
    '2026-12-06',
    '2026-12-08',
    '2026-12-22',
  ]);
  expect(MONTHS_CORRECTED).toBe(3);
});

it('walks through an invoice whose lines add up, as it says that they do', () => {
  const { lines, total } = walkedBill();
  expect(lines.reduce((all, { amount }) => all + amount, 0n)).toBe(total);
  // 15/30 of Hybrid: 1,000,000 + 50 members × 1,500 + (240 − 100) × 50 × 2 halves + 2 GB × 50; and so on, by hand.
  const hybrid = 500_000 + 37_500 + 7_000 + 50;
  const usage = 150_000 + 250_000 + (240 - 50) * 100 + 100 + (21_000 - 500) * 0.01;
  const byHand = decimal(String(hybrid + usage)).times(decimal('0.85'));
  expect(sum(lines.map(({ exact }) => exact)).eq(byHand)).toBe(true);
  expect(total).toBe(BigInt(Math.round(Number(byHand.toFixed()))));
});

it('refuses a page that lacks a block', () => {
  expect(() => withBlocks('<!-- a --><!-- /a -->', { a: 'x', b: 'y' })).toThrow('no block "b"');
});
