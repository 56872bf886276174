import type { RandomStream } from '../../random/stream.ts';
import { KSP } from './assumptions.ts';
import { documented } from './figures.ts';

const PERCENT = 100;

export interface Endpoint {
  readonly name: 'loans' | 'members' | 'transactions' | 'other';
  /** Of all calls. */
  readonly share: number;
  /** Without anybody else, milliseconds. */
  readonly meanMs: number;
  /** Of its calls, 0 to 1. */
  readonly errors: number;
}

function listed(name: 'loans' | 'members' | 'transactions', meanMs: number): Endpoint {
  return {
    name,
    share: documented(`${name}.calls`) / documented('all.calls'),
    meanMs,
    errors: documented(`${name}.errors`) / PERCENT,
  };
}

const LISTED: readonly Endpoint[] = [
  listed('loans', KSP.loansMs.value),
  listed('members', KSP.membersMs.value),
  listed('transactions', KSP.transactionsMs.value),
];

/** The endpoints of the usage table, and all that it does not list, which takes the rest of the calls. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...LISTED,
  {
    name: 'other',
    share: 1 - LISTED.reduce((sum, { share }) => sum + share, 0),
    meanMs: KSP.otherMs.value,
    errors: KSP.otherErrors.value / PERCENT,
  },
];

/** Which endpoint is called, by the documented shares. */
export function drawEndpoint(stream: RandomStream): number {
  let left = stream.next();
  for (const [index, { share }] of ENDPOINTS.entries()) {
    left -= share;
    if (left < 0) {
      return index;
    }
  }
  return ENDPOINTS.length - 1;
}
