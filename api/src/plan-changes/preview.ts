import { type Bill, bill, billingMonth, monthsLater } from '@riwayat/billing';
import { expectedUsage } from './own-usage.ts';
import { type Proposal, withTerm } from './proposal.ts';

/** What a month is expected to cost as things are, and with the change. */
export interface PreviewMonth {
  /** `YYYY-MM` */
  readonly month: string;
  readonly without: Bill;
  readonly with: Bill;
}

/**
 * The running month and the next, with and without a change, and the month of the change when it is a later one. On the
 * tenant's own usage; see `expectedUsage` for days to come.
 */
export function previewOf(proposal: Proposal, timezone: string): PreviewMonth[] {
  const { contract, prices, own, wanted, today, from } = proposal;
  const changed = withTerm(contract, { from, plan: wanted.key });
  const running = monthOf(today);
  const months = new Set([running, monthsLater(running, 1), monthOf(from)]);
  return [...months].sort().map((month) => {
    const usage = expectedUsage(billingMonth(month, timezone), own);
    const question = { month, usage, prices };
    return {
      month,
      without: bill({ ...question, contract }),
      with: bill({ ...question, contract: changed }),
    };
  });
}

function monthOf(day: string): string {
  return day.slice(0, 'YYYY-MM'.length);
}
