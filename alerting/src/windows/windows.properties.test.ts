import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PROPERTY, PROPERTY_TIMEOUT } from '../testing/property.ts';
import type { Accumulator, Sample } from './accumulator.ts';
import { Distinct } from './distinct.ts';
import { ExactSum } from './exact-sum.ts';
import { type RequestCounts, requestWindow, sampleWindow } from './signal-windows.ts';
import { valueAt, valuesAt, type WindowSpan } from './window.ts';

/** A sample that every accumulator can read. */
interface Anything extends RequestCounts {
  readonly gauge: number;
  readonly people: readonly string[];
}

/** Seconds that the samples are of: short, so that windows are often empty, full, or cut at a sample. */
const SPAN_SECONDS = 60;
const instant = fc.nat(SPAN_SECONDS * 2).map((halves) => halves * 500);
/** Sums of these are not exact: 0.1 + 0.2 is not 0.3, and 1e15 + 0.1 loses the most of it. */
const number = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.constantFrom(0.1, 0.2, 0.3, 1e15, -1e15, 1e-9),
  fc.double({ min: -1e12, max: 1e12, noNaN: true }),
);

const sample: fc.Arbitrary<Anything> = fc.record({
  at: instant,
  gauge: number,
  calls: fc.nat(5),
  errors: fc.nat(5),
  answers: fc.nat(5),
  duration: number,
  lookups: fc.nat(5),
  hits: fc.nat(5),
  latency: fc.array(fc.tuple(fc.nat(20), fc.nat(3)), { maxLength: 3 }),
  people: fc.array(fc.constantFrom('ani', 'budi', 'citra'), { maxLength: 2 }),
});
const samples = fc.array(sample, { maxLength: 25 });

const span: fc.Arbitrary<WindowSpan> = fc.record({
  window: fc.oneof(fc.nat(30), fc.constant(Number.POSITIVE_INFINITY)),
  ago: fc.oneof(fc.constant(0), fc.nat(20)),
});

const least = fc.nat(8);
const accumulators: fc.Arbitrary<() => Accumulator<Anything>> = fc.oneof(
  fc
    .constantFrom('mean' as const, 'maximum' as const, 'minimum' as const, 'last' as const)
    .map((statistic) => () => sampleWindow<Anything>(statistic, ({ gauge }) => gauge)),
  fc
    .tuple(
      fc.constantFrom(
        'response_time' as const,
        'response_time_p95' as const,
        'response_time_p99' as const,
        'error_rate' as const,
        'throughput' as const,
        'cache_hit_ratio' as const,
      ),
      least,
    )
    .map(
      ([signal, some]) =>
        () =>
          requestWindow(signal, { least: some, window: 10 }, (bucket) => bucket * 2),
    ),
  fc.constant(() => new Distinct<Anything>(({ people }) => people)),
);

function inOrder<S extends Sample>(unordered: readonly S[]): S[] {
  return unordered.toSorted((one, other) => one.at - other.at);
}

/** The same samples in any other order. */
const withOrders = samples.chain((some) =>
  fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
);

it('gives the same value of a window in whatever order its samples came', PROPERTY_TIMEOUT, () => {
  fc.assert(
    fc.property(withOrders, instant, span, accumulators, ([some, shuffled], at, window, make) =>
      Object.is(valueAt(some, at, window, make()), valueAt(shuffled, at, window, make())),
    ),
    PROPERTY,
  );
});

it('gives the same value of a window whatever is outside of it', PROPERTY_TIMEOUT, () => {
  fc.assert(
    fc.property(samples, instant, span, accumulators, (some, at, window, make) => {
      const to = at - window.ago * 1_000;
      const inside = some.filter((one) => one.at > to - window.window * 1_000 && one.at <= to);
      return Object.is(valueAt(inside, at, window, make()), valueAt(some, at, window, make()));
    }),
    PROPERTY,
  );
});

it('reads a window that moves on as one that is added up anew at each instant', PROPERTY_TIMEOUT, () => {
  fc.assert(
    fc.property(
      samples,
      fc.array(instant, { maxLength: 12 }),
      span,
      accumulators,
      (some, at, window, make) => {
        const instants = at.toSorted((one, other) => one - other);
        const moving = [...valuesAt(inOrder(some), instants, window, make())];
        return instants.every((each, index) => Object.is(moving[index], valueAt(some, each, window, make())));
      },
    ),
    PROPERTY,
  );
});

it('adds and removes every sample once, however many instants there are', () => {
  const operations: string[] = [];
  const counting: Accumulator<Sample> = {
    add: () => void operations.push('add'),
    remove: () => void operations.push('remove'),
    value: 0,
  };
  const thousand = Array.from({ length: 1_000 }, (_, index) => ({ at: index * 10 }));
  const instants = Array.from({ length: 5_000 }, (_, index) => index * 3);
  expect([...valuesAt(thousand, instants, { window: 1, ago: 0 }, counting)]).toHaveLength(instants.length);
  expect(operations).toHaveLength(2 * thousand.length);
});

it('sums exactly: as whole numbers do that have no end', PROPERTY_TIMEOUT, () => {
  // Multiples of 2⁻²⁰ up to 2⁴⁰ are exact as numbers, their sums as big integers.
  const multiple = fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }).map((whole) => BigInt.asIntN(53, whole));
  const scaled = fc.tuple(multiple, fc.constantFrom(0n, 30n, 60n)).map(([whole, shift]) => whole << shift);
  fc.assert(
    fc.property(fc.array(scaled, { maxLength: 20 }), (wholes) => {
      const sum = new ExactSum();
      let exact = 0n;
      for (const whole of wholes) {
        sum.add(Number(whole));
        exact += whole;
      }
      return sum.value === Number(exact);
    }),
    PROPERTY,
  );
});
