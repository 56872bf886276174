import { type ProblemError, problem } from '../errors/problem.ts';

/** Where a booking is in its life. */
export const BOOKING_STATES = [
  'requested',
  'awaiting_verification',
  'rejected',
  'confirmed',
  'in_progress',
  'finished',
  'reviewed',
  'cancelled',
  'expired',
] as const;

export type BookingState = (typeof BOOKING_STATES)[number];

/**
 * Every step of a booking's life: from which states it may be taken, and where it leads. What is not here is not
 * possible. A booking begins as `requested`.
 */
const STEPS = {
  upload_proof: { from: ['requested', 'rejected'], to: 'awaiting_verification' },
  verify: { from: ['awaiting_verification'], to: 'confirmed' },
  reject: { from: ['awaiting_verification'], to: 'rejected' },
  start: { from: ['confirmed'], to: 'in_progress' },
  finish: { from: ['in_progress'], to: 'finished' },
  review: { from: ['finished'], to: 'reviewed' },
  cancel: { from: ['requested', 'awaiting_verification', 'rejected', 'confirmed'], to: 'cancelled' },
  expire: { from: ['requested', 'rejected'], to: 'expired' },
} as const satisfies Readonly<
  Record<string, { readonly from: readonly BookingState[]; readonly to: BookingState }>
>;

export type BookingStep = keyof typeof STEPS;

export const BOOKING_STEPS = Object.keys(STEPS).filter((name): name is BookingStep => name in STEPS);

const STATE_WORDS: Readonly<Record<BookingState, string>> = {
  requested: 'waits for a proof of payment',
  awaiting_verification: 'waits until its payment is verified',
  rejected: 'waits for another proof of payment, because the last one was rejected',
  confirmed: 'is paid, and the session has not begun',
  in_progress: 'is in progress',
  finished: 'is finished',
  reviewed: 'is finished and reviewed',
  cancelled: 'was cancelled',
  expired: 'has expired, because it was not paid in time',
};

const STEP_WORDS: Readonly<Record<BookingStep, string>> = {
  upload_proof: 'upload a proof of payment',
  verify: 'verify the payment',
  reject: 'reject the payment',
  start: 'start the session',
  finish: 'finish the session',
  review: 'review the session',
  cancel: 'cancel it',
  expire: 'let it expire',
};

/** What can be done with a booking in a state, in the order of its life. */
export function possibleSteps(state: BookingState): BookingStep[] {
  return BOOKING_STEPS.filter((step) => leadsFrom(step, state));
}

/**
 * The state that a step leads to.
 *
 * @throws {ProblemError} `illegal-step` when it cannot be taken: says where the booking is and what is possible
 */
export function stateAfter(state: BookingState, step: BookingStep): BookingState {
  if (!leadsFrom(step, state)) {
    throw illegalStep(step, `The booking ${STATE_WORDS[state]}.`, state);
  }
  return STEPS[step].to;
}

/**
 * The problem of a step that cannot be taken.
 *
 * @param why a sentence
 */
export function illegalStep(step: BookingStep, why: string, state: BookingState): ProblemError {
  // Expiry is nobody's choice.
  const choices = possibleSteps(state).filter((possible) => possible !== step && possible !== 'expire');
  const instead =
    choices.length === 0
      ? 'Nothing more can be done with it.'
      : `What can be done: ${choices.map((choice) => STEP_WORDS[choice]).join(', ')}.`;
  return problem('illegal-step', {
    detail: `${why} It is not possible to ${STEP_WORDS[step]}. ${instead}`,
  });
}

function leadsFrom(step: BookingStep, state: BookingState): boolean {
  const from: readonly BookingState[] = STEPS[step].from;
  return from.includes(state);
}
