import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type JudgedPayment, judge } from './judgement.ts';
import type { PaymentState } from './payment-state.ts';
import type { ProviderPayment, ProviderState } from './provider/provider.ts';

const CASES = 10_000;
const AMOUNT = 1_000n;
const PAID_AT = new Date('2026-11-22T03:00:00Z');

/** What may be told of one payment: ends of all kinds, and money: right, wrong, and more than once. */
const tellings: fc.Arbitrary<ProviderPayment> = fc
  .record({
    state: fc.constantFrom<ProviderState[]>('pending', 'paid', 'expired', 'cancelled', 'failed'),
    money: fc.option(fc.record({ id: fc.constantFrom('r1', 'r2', 'r3'), isRight: fc.boolean() }), {
      nil: undefined,
    }),
    id: fc.oneof(
      { weight: 5, arbitrary: fc.constant('sbx_1') },
      { weight: 1, arbitrary: fc.constant('sbx_2') },
    ),
  })
  .map(({ state, money, id }) => ({
    id,
    reference: 'pay_1',
    state: money === undefined ? state : 'paid',
    instructions: {},
    // The same money is always as much.
    receipt: money && {
      id: `${money.id} ${money.isRight}`,
      amount: money.isRight ? AMOUNT : AMOUNT + 1n,
      paidAt: PAID_AT,
    },
  }));

interface Outcome {
  readonly state: PaymentState;
  readonly received: bigint;
}

/** What is received of a payment after all that was told. */
function after(told: readonly ProviderPayment[]): Outcome {
  let payment: JudgedPayment = { state: 'pending', amount: AMOUNT, providerId: 'sbx_1', receiptId: null };
  let received = 0n;
  for (const telling of told) {
    const judgement = judge(payment, telling);
    if (judgement.outcome === 'settled') {
      received += judgement.receipt.amount;
      payment = { ...payment, state: 'paid', receiptId: judgement.receipt.id };
    }
    if (judgement.outcome === 'closed') {
      payment = { ...payment, state: judgement.state };
    }
  }
  return { state: payment.state, received };
}

it('takes the same money, in whatever order and however often it is told', () => {
  fc.assert(
    fc.property(
      fc.array(tellings, { maxLength: 6 }).chain((told) =>
        fc.record({
          told: fc.constant(told),
          // Each at least once, in any order, some of them again.
          otherwise: fc
            .shuffledSubarray(told, { minLength: told.length, maxLength: told.length })
            .chain((shuffled) => fc.subarray(shuffled).map((again) => [...shuffled, ...again])),
        }),
      ),
      ({ told, otherwise }) => {
        const first = after(told);
        const second = after(otherwise);
        expect(second.received).toBe(first.received);
        expect(second.state === 'paid').toBe(first.state === 'paid');
        expect(first.received === 0n || first.received === AMOUNT).toBe(true);
      },
    ),
    { numRuns: CASES },
  );
});

it('holds all money that it does not take, until it was held', () => {
  fc.assert(
    fc.property(tellings, fc.constantFrom<PaymentState[]>('pending', 'paid', 'expired'), (telling, state) => {
      const payment = {
        state,
        amount: AMOUNT,
        providerId: 'sbx_1',
        receiptId: state === 'paid' ? 'r1 true' : null,
      };
      const { outcome } = judge(payment, telling);
      const known = telling.id === 'sbx_1' && telling.receipt?.id === payment.receiptId;
      if (telling.receipt !== undefined && !known) {
        expect(['settled', 'held']).toContain(outcome);
      }
    }),
    { numRuns: CASES },
  );
});

it('holds what is told of a payment that there is not', () => {
  const told: ProviderPayment = { id: 'sbx_1', reference: 'pay_9', state: 'expired', instructions: {} };
  expect(judge(undefined, told)).toEqual({ outcome: 'held', problem: 'unknown-payment' });
});
