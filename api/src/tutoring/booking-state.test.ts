import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProblemError } from '../errors/problem.ts';
import {
  BOOKING_STATES,
  BOOKING_STEPS,
  type BookingState,
  type BookingStep,
  possibleSteps,
  stateAfter,
} from './booking-state.ts';

/** The life of a booking written down a second time, state by state. */
const LIFE: Readonly<Record<BookingState, Partial<Record<BookingStep, BookingState>>>> = {
  requested: { upload_proof: 'awaiting_verification', cancel: 'cancelled', expire: 'expired' },
  awaiting_verification: { verify: 'confirmed', reject: 'rejected', cancel: 'cancelled' },
  rejected: { upload_proof: 'awaiting_verification', cancel: 'cancelled', expire: 'expired' },
  confirmed: { start: 'in_progress', cancel: 'cancelled' },
  in_progress: { finish: 'finished' },
  finished: { review: 'reviewed' },
  reviewed: {},
  cancelled: {},
  expired: {},
};

function attempt(state: BookingState, step: BookingStep): BookingState | ProblemError {
  try {
    return stateAfter(state, step);
  } catch (error) {
    if (error instanceof ProblemError) {
      return error;
    }
    throw error;
  }
}

describe('the life of a booking', () => {
  it.each(BOOKING_STATES)(
    '%s: every step leads where it should, or is refused with what is possible',
    (state) => {
      for (const step of BOOKING_STEPS) {
        const expected = LIFE[state][step];
        const outcome = attempt(state, step);
        if (expected !== undefined) {
          expect(outcome).toBe(expected);
        } else {
          expect(outcome).toMatchObject({ code: 'illegal-step', statusCode: 409 });
          expect(String(outcome)).toMatch(
            possibleSteps(state).length === 0 ? /Nothing more can be done/ : /What can be done: \w/,
          );
        }
      }
      expect(possibleSteps(state).sort()).toEqual(Object.keys(LIFE[state]).sort());
    },
  );

  it('goes by the model along any sequence of attempts, and ends for good', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...BOOKING_STEPS), { maxLength: 30 }), (steps) => {
        let state: BookingState = 'requested';
        let verified = 0;
        for (const step of steps) {
          const outcome = attempt(state, step);
          const expected: BookingState | undefined = LIFE[state][step];
          if (outcome instanceof ProblemError) {
            expect(expected).toBeUndefined();
            continue;
          }
          expect(outcome).toBe(expected);
          verified += step === 'verify' ? 1 : 0;
          state = outcome;
        }
        // No session is given that nobody has paid for, and nobody pays twice.
        expect(verified).toBeLessThanOrEqual(1);
        if (['in_progress', 'finished', 'reviewed'].includes(state)) {
          expect(verified).toBe(1);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('says where the booking is, what is not possible, and what is', () => {
    expect(String(attempt('awaiting_verification', 'start'))).toContain(
      'The booking waits until its payment is verified. It is not possible to start the session. ' +
        'What can be done: verify the payment, reject the payment, cancel it.',
    );
  });
});
