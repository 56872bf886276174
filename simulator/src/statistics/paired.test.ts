import { describe, expect, it } from 'vitest';
import { exponential } from '../random/distributions.ts';
import { createStream } from '../random/stream.ts';
import { pairedDifference } from './paired.ts';

const CUSTOMERS = 500;

/** Mean wait at one server, by Lindley's recursion. */
function meanWait(meanService: number, replication: number): number {
  const arrivals = createStream(11, 'arrivals', replication);
  const services = createStream(11, 'services', replication);
  let wait = 0;
  let sum = 0;
  for (let customer = 0; customer < CUSTOMERS; customer += 1) {
    sum += wait;
    wait = Math.max(0, wait + exponential(services, meanService) - exponential(arrivals, 1));
  }
  return sum / CUSTOMERS;
}

const waits = (meanService: number, from = 0): number[] =>
  Array.from({ length: 30 }, (_, replication) => meanWait(meanService, from + replication));

describe('pairedDifference', () => {
  it('is much narrower than unpaired where both scenarios share their random numbers', () => {
    const { difference, unpairedHalfWidth, narrowing } = pairedDifference(waits(0.7), waits(0.63), 0.95);
    expect(difference.high).toBeLessThan(0);
    expect(narrowing).toBeLessThan(0.6);
    expect(narrowing).toBeCloseTo(difference.halfWidth / unpairedHalfWidth, 12);
  });

  it('gains nothing where they share none', () => {
    const { narrowing } = pairedDifference(waits(0.7), waits(0.63, 1000), 0.95);
    expect(narrowing).toBeGreaterThan(0.7);
    expect(narrowing).toBeLessThan(1.4);
  });

  it('takes the unpaired half-width after Welch where one scenario scatters more', () => {
    const { unpairedHalfWidth } = pairedDifference([1, 2, 3, 4, 5], [10, 20, 30, 40, 50], 0.95);
    // Variances of 2.5 and 250 leave 4.08 degrees of freedom: a little less than Student's 2.776 standard errors for 4.
    const standardErrors = unpairedHalfWidth / Math.sqrt(252.5 / 5);
    expect(standardErrors).toBeLessThan(2.776);
    expect(standardErrors).toBeGreaterThan(2.74);
  });

  it('finds no difference between a scenario and itself', () => {
    const same = waits(0.7);
    expect(pairedDifference(same, same, 0.95).difference).toMatchObject({ mean: 0, halfWidth: 0 });
    expect(pairedDifference([1, 1], [3, 3], 0.95)).toMatchObject({ difference: { mean: 2 }, narrowing: 1 });
  });

  it('refuses replications that do not pair', () => {
    expect(() => pairedDifference([1, 2, 3], [1, 2], 0.95)).toThrow(/3 and 2/);
    expect(() => pairedDifference([1], [1], 0.95)).toThrow(RangeError);
  });
});
