import type { Figure } from '../figures/figure.ts';

/** How far a simulated figure may be from the documented one. */
export type Tolerance =
  /** Every replication has the documented value. */
  | { readonly kind: 'exact' }
  /** The mean is off by at most this share of the documented value. */
  | { readonly kind: 'relative'; readonly share: number }
  /** The mean is off by at most this much, in the figure's unit. */
  | { readonly kind: 'absolute'; readonly amount: number }
  /** The mean is not above the documented value. */
  | { readonly kind: 'at-most' }
  /** The mean is not below the documented value. */
  | { readonly kind: 'at-least' }
  /** The mean lies in the documented range, in the figure's unit. */
  | { readonly kind: 'range'; readonly low: number; readonly high: number }
  /** The documented value lies in the interval that holds one further replication with this confidence. */
  | { readonly kind: 'prediction'; readonly confidence: number };

const EXACT: Tolerance = { kind: 'exact' };
/** A count of random events: one month of many. */
const PREDICTION: Tolerance = { kind: 'prediction', confidence: 0.95 };
/** Of figures that were left out of the fit. */
const HELD_OUT: Tolerance = { kind: 'relative', share: 0.1 };
const TOTAL: Tolerance = { kind: 'relative', share: 0.03 };
const PART_OF_MEMORY: Tolerance = { kind: 'relative', share: 0.05 };
const PERCENTAGE_POINT: Tolerance = { kind: 'absolute', amount: 1 };

/** The first pattern that an id meets says its tolerance. */
const BY_ID: readonly (readonly [RegExp, Tolerance])[] = [
  // Placed at random within the day, around documented hours.
  [/^requests\.days-22-30\.peak-hour$/, { kind: 'relative', share: 0.05 }],
  [/^requests\.days-22-30\.low-hour$/, { kind: 'relative', share: 0.1 }],
  // What a class asks for in its month follows its behaviour graph, so single actions are random.
  [/^requests\.(mentor|learner)-\w+\.\w/, PREDICTION],
  [/^requests\.browser\./, PREDICTION],
  [/^requests\./, EXACT],
  [
    /^memory\..*\.(application|database|cache|redis|sessions|file-buffers|overhead|system|services)$/,
    PART_OF_MEMORY,
  ],
  [/^memory\.browsers\.peak$/, PART_OF_MEMORY],
  [/^memory\./, TOTAL],
  [/^latency\./, TOTAL],
  [/^errors\./, { kind: 'absolute', amount: 0.1 }],
  [/^cache\./, PERCENTAGE_POINT],
  [/^peak\.concurrent-users$/, { kind: 'absolute', amount: 2 }],
  [/^peak\.(sessions|database-connections|jobs-queued)$/, { kind: 'absolute', amount: 3 }],
  [/^peak\.uploads$/, { kind: 'absolute', amount: 1 }],
  [/^connections\./, { kind: 'at-most' }],
  [/^alerts\.detection$/, { kind: 'at-most' }],
  [/^availability$/, { kind: 'at-least' }],
];

/**
 * How far off a figure of the documented month may be: exact counts not at all; memory and mean times to answer 3 %, parts of the memory
 * 5 %; error rate 0.1 and hit ratios 1 percentage point; the state at the busiest instant by units; counts of random events within what
 * one further month would show. A figure that was held out of the fit may be 10 % off.
 */
export function toleranceOf({ id }: Pick<Figure, 'id'>, heldOut: boolean): Tolerance {
  if (heldOut) {
    return HELD_OUT;
  }
  return BY_ID.find(([pattern]) => pattern.test(id))?.[1] ?? PREDICTION;
}
