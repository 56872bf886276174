import { type FigureId, figure } from '../figures/figures.ts';
import { expectedActions } from './expected-actions.ts';
import { PRIORITIES, type Rule, reconciliationRules } from './reconciliation-rules.ts';

/** One figure of the requests, as documented and as used. */
export interface ReconciliationRow {
  readonly figure: FigureId;
  /** In the figure's own unit. */
  readonly documented: number;
  /** Expected in a replication of the documented month; exact where the reason says so. */
  readonly used: number;
  readonly difference: number;
  readonly reason: string;
}

/** A difference below this share of a figure, or beyond its decimals, is rounding. */
const ROUNDING = 0.002;
const DECIMALS = 2;

/**
 * For every figure that says how many requests there are, when, by whom and to what: the documented number, the one
 * used, and why. What is used is computed from the tables that the month is generated from: totals of classes in
 * periods, which are apportioned rank after rank, and their raked splits over days, hours and groups of requests.
 *
 * The rate of returning browsers is left out: it is a share of people, and no request is made for it.
 */
export function reconciliation(): readonly ReconciliationRow[] {
  return reconciliationRules(expectedActions()).map(rowOf);
}

function rowOf({ figure: id, used, rank, exact, because }: Rule): ReconciliationRow {
  const { value: documented, note } = figure(id);
  const rounded = Number(used.toFixed(DECIMALS));
  const decimals = String(documented).split('.')[1]?.length ?? 0;
  const met =
    Math.abs(used - documented) <= ROUNDING * Math.abs(documented) ||
    Number(used.toFixed(decimals)) === documented;
  const kept = exact === true ? 'met exactly in every replication' : 'met on average';
  return {
    figure: id,
    documented,
    used: rounded,
    difference: Number((rounded - documented).toFixed(DECIMALS)),
    reason: `${met ? kept : (because ?? note ?? 'gives way')} (rank ${PRIORITIES[rank]})`,
  };
}
