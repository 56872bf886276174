import { z } from 'zod';

/** What was read of a subject at an instant; null: there is no data. */
export interface Reading {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly value: number | null;
  /** Of the second input, when the rule has one. */
  readonly other?: number | null;
}

const instant = z.number().nonnegative();

/** Where a rule stands with a subject. Plain data: it is kept, and gone on from. */
export const alertStateSchema = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('ok'), at: instant, firings: z.array(instant) }),
  z.object({ phase: z.literal('pending'), at: instant, firings: z.array(instant), since: instant }),
  z.object({
    phase: z.literal('firing'),
    at: instant,
    firings: z.array(instant),
    /** Since when the condition has held. */
    since: instant,
    firedAt: instant,
    /** Since when it has been well again; null while it is not. */
    wellSince: instant.nullable(),
  }),
]);

/** `at`: of the last reading that counted. `firings`: when it fired of late, which tells whether it flaps. */
export type AlertState = z.infer<typeof alertStateSchema>;

/** Before the first reading. */
export const INITIAL_STATE: AlertState = { phase: 'ok', at: 0, firings: [] };

/** A change that somebody may want to know of. */
export interface Transition {
  readonly kind: 'pending' | 'cancelled' | 'fired' | 'resolved';
  /** Of the reading that made it. */
  readonly at: number;
  /** Since when the condition had held, of `pending`, `cancelled` and `fired`; had been well, of `resolved`. */
  readonly since: number;
  /** What was read, frozen. */
  readonly value: number | null;
  readonly other: number | null;
}
