/*
 * What one request weighs in the cost of its month: 0.01, and 0.0001 a byte answered, and 0.001 a percent of CPU.
 *
 * What always holds: a weight is a whole number, of ten-millionths, so sums of weights are exact in whatever order and
 * in whatever engine they are added up; a weight is above 0, so nobody who asked is left out.
 */

/** A weight of 1, in the units that weights are counted in. */
const ONE_WEIGHT = 10_000_000n;
/** 0.01 for being asked. */
const BASE = ONE_WEIGHT / 100n;
/** 0.0001 for each byte answered. */
const PER_BYTE = ONE_WEIGHT / 10_000n;
/** 0.001 for each percent of CPU: of a request that computed all its time, 0.1. */
const ALL_CPU = ONE_WEIGHT / 10n;

/** What of a request decides its weight. `cpu` and `duration` are in one unit, whichever; nothing is below 0. */
export interface WeighedRequest {
  readonly bytesOut: bigint;
  /** CPU time that was attributed to the request; what is above its duration does not count. */
  readonly cpu: bigint;
  readonly duration: bigint;
}

/**
 * The weight of a request, in ten-millionths. Its percent of CPU is its CPU time in its duration, rounded down with
 * everything else to a whole ten-millionth. Metering adds the same up in the database.
 */
export function requestWeight({ bytesOut, cpu, duration }: WeighedRequest): bigint {
  const computed = cpu < duration ? cpu : duration;
  return BASE + PER_BYTE * bytesOut + (ALL_CPU * computed) / (duration > 0n ? duration : 1n);
}
