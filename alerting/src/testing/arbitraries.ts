import fc from 'fast-check';
import type { Reading } from '../machine/state.ts';
import { type Rule, type RuleInput, ruleSchema } from '../rules/rule.ts';

/** Values near which limits are: few, so that they are often met exactly. */
const MOST_VALUE = 8;
const value = fc.nat(MOST_VALUE);

/** Seconds, of which readings are some apart. */
const span = fc.constantFrom(0, 0, 5, 10, 20, 60);

const conditions: fc.Arbitrary<
  Pick<RuleInput, 'signal' | 'window' | 'when'> & { readonly clearAt?: number }
> = fc.oneof(
  fc.tuple(value, fc.option(value, { nil: undefined })).map(([limit, clear]) => ({
    signal: 'throughput' as const,
    window: 60,
    when: { kind: 'above' as const, value: limit },
    ...(clear !== undefined && { clearAt: Math.min(limit, clear) }),
  })),
  fc.tuple(value, fc.option(value, { nil: undefined })).map(([limit, clear]) => ({
    signal: 'throughput' as const,
    window: 60,
    when: { kind: 'below' as const, value: limit },
    ...(clear !== undefined && { clearAt: Math.max(limit, clear) }),
  })),
  fc
    .tuple(
      fc.constantFrom('rise' as const, 'fall' as const),
      fc.constantFrom('last_week' as const, 'window_before' as const),
      fc.constantFrom(20, 50, 100),
      fc.nat(2),
      fc.option(fc.constantFrom(0, 10, 20), { nil: undefined }),
    )
    .map(([kind, than, percent, least, clearAt]) => ({
      signal: 'throughput' as const,
      window: 60,
      when: { kind, than, percent, least },
      ...(clearAt !== undefined && { clearAt }),
    })),
  fc.integer({ min: 1, max: MOST_VALUE }).map((above) => ({
    signal: 'budget_burn' as const,
    window: 3_600,
    when: { kind: 'burn' as const, above, short: 300 },
  })),
);

/** Any rule, of each kind of condition, with times of some readings. */
export const rules: fc.Arbitrary<Rule> = fc
  .record({
    condition: conditions,
    for: span,
    clearFor: span,
    missing: fc.constantFrom('keep' as const, 'clear' as const, 'fire' as const),
    flapping: fc.record({
      times: fc.integer({ min: 2, max: 4 }),
      within: fc.constantFrom(60, 120, 300),
      calm: fc.constantFrom(0, 20, 60),
    }),
    repeat: fc.constantFrom(null, 60),
  })
  .map(({ condition: { clearAt, ...condition }, clearFor, ...rest }) =>
    ruleSchema.parse({
      ...condition,
      ...rest,
      clear: { for: clearFor, ...(clearAt !== undefined && { value: clearAt }) },
      severity: 'warning',
    }),
  );

const number = fc.option(value, { nil: null, freq: 8 });

/** Readings in order, five seconds apart or more; some without data. */
export const readings: fc.Arbitrary<Reading[]> = fc
  .array(fc.tuple(fc.constantFrom(5, 5, 5, 10, 30), number, number), { maxLength: 60 })
  .map((steps) => {
    let at = 0;
    return steps.map(([seconds, read, other]) => {
      at += seconds * 1_000;
      return { at, value: read, other };
    });
  });
