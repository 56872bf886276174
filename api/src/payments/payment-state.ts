import { type ProblemError, problem } from '../errors/problem.ts';

/** Those that need no payment provider: somebody verifies that the money came. */
export const MANUAL_METHODS = ['bank-transfer', 'qris-static'] as const;
/** Those that the payment provider takes the money by. */
export const PROVIDER_METHODS = ['virtual-account', 'e-wallet', 'card', 'qris'] as const;
export const METHODS = [...MANUAL_METHODS, ...PROVIDER_METHODS] as const;
export type Method = (typeof METHODS)[number];

/** Where the payment of an invoice is in its life. */
export const PAYMENT_STATES = [
  'starting',
  'pending',
  'awaiting_verification',
  'rejected',
  'paid',
  'cancelled',
  'expired',
  'failed',
] as const;
export type PaymentState = (typeof PAYMENT_STATES)[number];

/** Ends that money which comes after all undoes. */
export type ClosedState = 'cancelled' | 'expired' | 'failed';

/**
 * Every step of a payment's life: from which states it may be taken, and where it leads. A payment by the provider begins
 * as `starting`, any other as `pending`. Money that came is money that came: it settles whatever was thought before.
 */
const STEPS = {
  open: { from: ['starting'], to: 'pending' },
  upload_proof: { from: ['pending', 'rejected'], to: 'awaiting_verification' },
  verify: { from: ['awaiting_verification'], to: 'paid' },
  reject: { from: ['awaiting_verification'], to: 'rejected' },
  settle: { from: ['starting', 'pending', 'cancelled', 'expired', 'failed'], to: 'paid' },
  cancel: { from: ['starting', 'pending', 'rejected'], to: 'cancelled' },
  expire: { from: ['starting', 'pending'], to: 'expired' },
  fail: { from: ['starting', 'pending'], to: 'failed' },
} as const satisfies Readonly<
  Record<string, { readonly from: readonly PaymentState[]; readonly to: PaymentState }>
>;

export type PaymentStep = keyof typeof STEPS;

const STATE_WORDS: Readonly<Record<PaymentState, string>> = {
  starting: 'is being begun with the payment provider',
  pending: 'waits for the money',
  awaiting_verification: 'waits until its proof is looked at',
  rejected: 'waits for another proof, because the last one was rejected',
  paid: 'is paid',
  cancelled: 'was cancelled',
  expired: 'has expired',
  failed: 'has failed',
};

const CHOICES: Readonly<Record<PaymentState, string>> = {
  starting: 'Wait a moment, or cancel it.',
  pending: 'What can be done: pay it, upload a proof of a transfer, cancel it.',
  awaiting_verification: 'Wait until it is verified or rejected.',
  rejected: 'What can be done: upload another proof, cancel it.',
  paid: 'Nothing more can be done with it.',
  cancelled: 'Begin another payment of the invoice.',
  expired: 'Begin another payment of the invoice.',
  failed: 'Begin another payment of the invoice.',
};

/** True when a step leads on from a state. */
export function leadsFrom(step: PaymentStep, state: PaymentState): boolean {
  const from: readonly PaymentState[] = STEPS[step].from;
  return from.includes(state);
}

/**
 * The state that a step leads to.
 *
 * @throws {ProblemError} `payment-step-refused` when it cannot be taken: says where the payment is and what is possible
 */
export function stateAfter(state: PaymentState, step: PaymentStep): PaymentState {
  if (!leadsFrom(step, state)) {
    throw refusedStep(state);
  }
  return STEPS[step].to;
}

/** The problem of a step that cannot be taken in a state. */
export function refusedStep(state: PaymentState): ProblemError {
  return problem('payment-step-refused', { detail: `The payment ${STATE_WORDS[state]}. ${CHOICES[state]}` });
}
