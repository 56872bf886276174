import { describe, expect, it } from 'vitest';
import { Distinct } from './distinct.ts';
import { ExactSum } from './exact-sum.ts';
import { type RequestCounts, type RequestSignal, requestWindow, sampleWindow } from './signal-windows.ts';
import { valueAt } from './window.ts';

const MINUTE = { window: 60, ago: 0 };

function counts(at: number, given: Partial<RequestCounts> = {}): RequestCounts {
  return {
    at,
    calls: 0,
    errors: 0,
    answers: given.calls ?? 0,
    duration: 0,
    lookups: 0,
    hits: 0,
    latency: [],
    ...given,
  };
}

/** Of the minute up to the sixtieth second. */
function read(signal: RequestSignal, samples: readonly RequestCounts[], least = 0): number | null {
  return valueAt(
    samples,
    60_000,
    MINUTE,
    requestWindow(signal, { window: 60, least }, (bucket) => bucket * 10),
  );
}

describe('what requests of a window come to', () => {
  const samples = [
    counts(10_000, { calls: 30, errors: 3, duration: 6_000, lookups: 8, hits: 6 }),
    counts(50_000, { calls: 10, errors: 0, duration: 1_000, lookups: 2, hits: 1 }),
  ];

  it.each<readonly [RequestSignal, number]>([
    ['error_rate', 7.5],
    ['response_time', 175],
    ['throughput', 40 / 60],
    ['cache_hit_ratio', 70],
  ])('%s', (signal, value) => {
    expect(read(signal, samples)).toBe(value);
  });

  it('is no data without a call, though nobody calling is a throughput', () => {
    expect(read('error_rate', [])).toBeNull();
    expect(read('response_time', [])).toBeNull();
    expect(read('response_time_p95', [])).toBeNull();
    expect(read('throughput', [])).toBe(0);
  });

  it('is no data with fewer calls, or lookups, than are asked for', () => {
    expect([read('error_rate', samples, 40), read('error_rate', samples, 41)]).toEqual([7.5, null]);
    expect([read('cache_hit_ratio', samples, 10), read('cache_hit_ratio', samples, 11)]).toEqual([70, null]);
    const latency = [counts(1, { latency: [[3, 19]] })];
    expect([read('response_time_p95', latency, 19), read('response_time_p95', latency, 20)]).toEqual([
      30,
      null,
    ]);
  });

  it('has times of what is over with its answer alone', () => {
    const streams = [counts(1, { calls: 30, answers: 20, duration: 400 })];
    expect([read('response_time', streams, 20), read('response_time', streams, 21)]).toEqual([20, null]);
  });

  it('has the quantiles of histograms together', () => {
    const hundred = [
      counts(1, {
        latency: [
          [9, 3],
          [1, 60],
        ],
      }),
      counts(2, {
        latency: [
          [5, 35],
          [12, 2],
        ],
      }),
    ];
    // Sixty are in the first bucket, 95 up to the fifth, 98 up to the ninth.
    expect([read('response_time_p95', hundred), read('response_time_p99', hundred)]).toEqual([50, 120]);
  });
});

it('has a window that is open at its beginning and closed at its end', () => {
  const samples = [0, 1, 60_000, 60_001].map((at) => counts(at, { calls: 1 }));
  expect(read('throughput', samples)).toBe(2 / 60);
});

it('reads the same span a week ago as the window that ended then', () => {
  const week = 604_800_000;
  const samples = [
    { at: 60_000, value: 4 },
    { at: week + 60_000, value: 9 },
  ];
  const input = { window: 60, ago: 604_800 };
  expect(
    valueAt(
      samples,
      week + 60_000,
      input,
      sampleWindow('mean', ({ value }) => value),
    ),
  ).toBe(4);
});

it('reads a state as what it was last, however long ago', () => {
  const samples = [
    { at: 0, value: 4 },
    { at: 10, value: 7 },
  ];
  const state = { window: Number.POSITIVE_INFINITY, ago: 0 };
  expect(
    valueAt(
      samples,
      1e12,
      state,
      sampleWindow('last', ({ value }) => value),
    ),
  ).toBe(7);
});

it('counts each person once', () => {
  const samples = [
    { at: 1, who: ['ani', 'budi'] },
    { at: 2, who: ['ani'] },
  ];
  expect(
    valueAt(
      samples,
      60_000,
      MINUTE,
      new Distinct(({ who }: { readonly at: number; readonly who: string[] }) => who),
    ),
  ).toBe(2);
});

it('sums without a trace of what came between', () => {
  const sum = new ExactSum();
  for (const number of [1e100, 0.1, 0.2, -1e100]) {
    sum.add(number);
  }
  expect(sum.value).toBe(0.1 + 0.2);
  sum.subtract(0.2);
  sum.subtract(0.1);
  expect(sum.value).toBe(0);
});
