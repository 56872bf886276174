import { problem } from '../errors/problem.ts';

/** Where an invoice is in its life. */
export const INVOICE_STATES = [
  'draft',
  'issued',
  'late',
  'suspended',
  'paid',
  'void',
  'credited',
  'written-off',
] as const;

export type InvoiceState = (typeof INVOICE_STATES)[number];

/** Those in which it waits for money. */
export const UNPAID = ['issued', 'late', 'suspended'] as const satisfies readonly InvoiceState[];

/**
 * Every step of an invoice's life: from which states it may be taken, and where it leads. What is not here is not
 * possible. An invoice begins as `draft`.
 */
const STEPS = {
  issue: { from: ['draft'], to: 'issued' },
  discard: { from: ['draft'], to: 'void' },
  lapse: { from: ['issued'], to: 'late' },
  suspend: { from: ['late'], to: 'suspended' },
  settle: { from: [...UNPAID, 'written-off'], to: 'paid' },
  void: { from: UNPAID, to: 'void' },
  credit: { from: [...UNPAID, 'paid', 'written-off'], to: 'credited' },
  'write-off': { from: UNPAID, to: 'written-off' },
  'lift-suspension': { from: ['written-off'], to: 'written-off' },
} as const satisfies Readonly<
  Record<string, { readonly from: readonly InvoiceState[]; readonly to: InvoiceState }>
>;

export type InvoiceStep = keyof typeof STEPS;

const STATE_WORDS: Readonly<Record<InvoiceState, string>> = {
  draft: 'is a draft, which nobody has been sent',
  issued: 'is issued and waits for payment',
  late: 'is late: a fee is added each day',
  suspended: 'is overdue, and the tenant is suspended',
  paid: 'is paid',
  void: 'is void',
  credited: 'is credited in full',
  'written-off': 'is written off',
};

const UNPAID_CHOICES = 'What can be done: pay it, void it while nothing is paid, credit it, write it off.';

/** What people can do about an invoice in a state; the rest happens by itself. */
const CHOICES: Readonly<Record<InvoiceState, string>> = {
  draft: 'The monthly run issues it.',
  issued: UNPAID_CHOICES,
  late: UNPAID_CHOICES,
  suspended: UNPAID_CHOICES,
  paid: 'What can be done: credit it; what was paid then becomes credit balance.',
  void: 'Nothing more can be done with it. The monthly run of its month makes another.',
  credited: 'Nothing more can be done with it.',
  'written-off':
    'What can be done: pay it all the same, credit it, lift the suspension if it still keeps the tenant suspended.',
};

const STEP_WORDS: Readonly<Record<InvoiceStep, string>> = {
  issue: 'be issued',
  discard: 'be discarded',
  lapse: 'become late',
  suspend: 'lead to suspension',
  settle: 'be settled',
  void: 'be voided',
  credit: 'be credited',
  'write-off': 'be written off',
  'lift-suspension': 'have its suspension lifted',
};

/**
 * The state that a step leads to.
 *
 * @throws {ProblemError} `invoice-step-refused` when it cannot be taken: says where the invoice is and what is possible
 */
export function stateAfter(state: InvoiceState, step: InvoiceStep): InvoiceState {
  const from: readonly InvoiceState[] = STEPS[step].from;
  if (!from.includes(state)) {
    throw refusedStep(step, `The invoice ${STATE_WORDS[state]}.`, state);
  }
  return STEPS[step].to;
}

/**
 * The problem of a step that cannot be taken.
 *
 * @param why a sentence
 */
export function refusedStep(step: InvoiceStep, why: string, state: InvoiceState): Error {
  return problem('invoice-step-refused', {
    detail: `${why} It cannot ${STEP_WORDS[step]}. ${CHOICES[state]}`,
  });
}
