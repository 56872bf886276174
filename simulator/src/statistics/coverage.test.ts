import { describe, expect, it } from 'vitest';
import { exponential, standardNormal } from '../random/distributions.ts';
import { createStream } from '../random/stream.ts';
import { batchMeans } from './batch-means.ts';
import { countPredictionInterval, predictionInterval } from './prediction-interval.ts';
import { type Interval, tInterval } from './t-interval.ts';

const EXPERIMENTS = 400;
const CONFIDENCE = 0.95;
const REPLICATIONS = 30;

/** Share of the experiments whose interval holds the truth. */
function coverage(experiment: (number: number) => { interval: Interval; truth: number }): number {
  let held = 0;
  for (let number = 0; number < EXPERIMENTS; number += 1) {
    const { interval, truth } = experiment(number);
    if (interval.low <= truth && truth <= interval.high) {
      held += 1;
    }
  }
  return held / EXPERIMENTS;
}

function expectNominal(share: number): void {
  expect(share).toBeGreaterThanOrEqual(0.93);
  expect(share).toBeLessThanOrEqual(0.97);
}

/** Waits of successive customers of an M/M/1 queue with mean service 1 (Lindley 1952). */
function waits(utilisation: number, customers: number, seed: number): Float64Array {
  const arrivals = createStream(seed, 'arrivals');
  const services = createStream(seed, 'services');
  const series = new Float64Array(customers);
  let wait = 0;
  for (let customer = 0; customer < customers; customer += 1) {
    series[customer] = wait;
    wait = Math.max(0, wait + exponential(services, 1) - exponential(arrivals, 1 / utilisation));
  }
  return series;
}

/** Requests of a terminating run: Poisson, with a busyness of its own. */
function requests(mean: number, key: string): number {
  const stream = createStream(3, 'requests', key);
  let count = 0;
  for (let time = exponential(stream, 1 / mean); time < 1; time += exponential(stream, 1 / mean)) {
    count += 1;
  }
  return count;
}

const counts = (mean: number, experiment: number, n: number): number[] =>
  Array.from({ length: n }, (_, replication) => requests(mean, `${mean}/${experiment}/${replication}`));

describe('a 95 % interval', () => {
  it('of a terminating run, over its replications, covers 93 to 97 %', () => {
    expectNominal(
      coverage((experiment) => ({
        interval: tInterval(counts(20, experiment, REPLICATIONS), CONFIDENCE),
        truth: 20,
      })),
    );
  });

  it('of a steady state, over batches of one long run, covers 93 to 97 %', () => {
    const utilisation = 0.5;
    expectNominal(
      coverage((experiment) => ({
        interval: batchMeans(waits(utilisation, 21_000, experiment).subarray(1000), CONFIDENCE),
        truth: utilisation / (1 - utilisation),
      })),
    );
  });

  it('of a steady state would cover far less, did it take neighbours for independent', () => {
    const share = coverage((experiment) => ({
      interval: tInterval(waits(0.5, 21_000, experiment).subarray(1000), CONFIDENCE),
      truth: 1,
    }));
    expect(share).toBeLessThan(0.6);
  });

  it('for one further observation holds it in 93 to 97 %', () => {
    expectNominal(
      coverage((experiment) => {
        const stream = createStream(4, 'memory', experiment);
        const [next = 0, ...values] = Array.from(
          { length: REPLICATIONS + 1 },
          () => 3.2 + standardNormal(stream),
        );
        return { interval: predictionInterval(values, CONFIDENCE), truth: next };
      }),
    );
  });

  // Ends are whole, so that the interval of a small count holds more than asked for, never less.
  it.each([
    { mean: 2, n: 30 },
    { mean: 12, n: 30 },
    { mean: 200, n: 30 },
    { mean: 2, n: 60 },
    { mean: 200, n: 60 },
  ])('for one further count around $mean, after $n, holds it in at least 93 %', ({ mean, n }) => {
    const share = coverage((experiment) => {
      const [next = 0, ...values] = counts(mean, experiment, n + 1);
      return { interval: countPredictionInterval(values, CONFIDENCE), truth: next };
    });
    expect(share).toBeGreaterThanOrEqual(0.93);
  });
});
