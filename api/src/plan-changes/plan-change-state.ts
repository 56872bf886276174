import { type ProblemError, problem } from '../errors/problem.ts';

/** Where a wish for another plan is in its life. */
export const PLAN_CHANGE_STATES = [
  'requested',
  'in_review',
  'approved',
  'rejected',
  'withdrawn',
  'revoked',
  'effective',
] as const;

export type PlanChangeState = (typeof PLAN_CHANGE_STATES)[number];

/** Those in which something is still to come: a tenant has one such change at most. */
export const OPEN_STATES = [
  'requested',
  'in_review',
  'approved',
] as const satisfies readonly PlanChangeState[];

/**
 * Every step of a plan change: from which states it may be taken, and where it leads. What is not here is not possible.
 * A change begins as `requested`.
 */
const STEPS = {
  review: { from: ['requested'], to: 'in_review' },
  approve: { from: ['in_review'], to: 'approved' },
  reject: { from: ['requested', 'in_review'], to: 'rejected' },
  withdraw: { from: ['requested', 'in_review'], to: 'withdrawn' },
  revoke: { from: ['approved'], to: 'revoked' },
  effect: { from: ['approved'], to: 'effective' },
} as const satisfies Readonly<
  Record<string, { readonly from: readonly PlanChangeState[]; readonly to: PlanChangeState }>
>;

export type PlanChangeStep = keyof typeof STEPS;

const STATE_WORDS: Readonly<Record<PlanChangeState, string>> = {
  requested: 'waits until somebody of the platform takes it up',
  in_review: 'is being reviewed',
  approved: 'is approved, and its day has not come',
  rejected: 'was rejected',
  withdrawn: 'was withdrawn',
  revoked: 'was approved and then revoked',
  effective: 'is in effect',
};

/** What people can do about a change in a state; becoming effective happens by itself. */
const CHOICES: Readonly<Record<PlanChangeState, string>> = {
  requested: 'What can be done: the tenant withdraws it, or an operator reviews or rejects it.',
  in_review: 'What can be done: the tenant withdraws it, or an operator approves or rejects it.',
  approved: 'What can be done: an operator revokes it before its day.',
  rejected: 'What can be done: the tenant asks for a change again.',
  withdrawn: 'What can be done: the tenant asks for a change again.',
  revoked: 'What can be done: the tenant asks for a change again.',
  effective: 'What can be done: the tenant asks for another change.',
};

const STEP_WORDS: Readonly<Record<PlanChangeStep, string>> = {
  review: 'taken up for review',
  approve: 'approved',
  reject: 'rejected',
  withdraw: 'withdrawn',
  revoke: 'revoked',
  effect: 'made effective',
};

/**
 * The state that a step leads to.
 *
 * @throws {ProblemError} `plan-change-refused` when it cannot be taken: says where the change is and what is possible
 */
export function stateAfter(state: PlanChangeState, step: PlanChangeStep): PlanChangeState {
  const from: readonly PlanChangeState[] = STEPS[step].from;
  if (!from.includes(state)) {
    throw refusedStep(step, `The change ${STATE_WORDS[state]}.`, state);
  }
  return STEPS[step].to;
}

/**
 * The problem of a step that cannot be taken.
 *
 * @param why a sentence
 */
export function refusedStep(step: PlanChangeStep, why: string, state: PlanChangeState): ProblemError {
  return problem('plan-change-refused', {
    detail: `${why} It cannot be ${STEP_WORDS[step]}. ${CHOICES[state]}`,
  });
}
