import { type Decimal, largest, METERS, type MeterKey, type Usage, ZERO } from '@riwayat/billing';
import type { AddedRequests } from '@riwayat/collector';
import { OF_REQUESTS, REQUEST_METERS } from './metering.ts';

/**
 * A month's usage, and requests that came since it was metered: what happens is added, and of how many people were there
 * at once each day has the larger number.
 */
export function withRequests(usage: Usage, added: readonly AddedRequests[]): Usage {
  const perDay: Partial<Record<MeterKey, readonly Decimal[]>> = { ...usage.perDay };
  for (const meter of REQUEST_METERS) {
    const more = new Map(added.map((day) => [day.day, OF_REQUESTS[meter](exactly(day))]));
    perDay[meter] = usage.days.map((day, index) => {
      const stored = usage.perDay[meter]?.[index] ?? ZERO;
      const since = more.get(day);
      if (since === undefined) {
        return stored;
      }
      return METERS[meter].kind === 'flow' ? stored.plus(since) : largest(stored, since);
    });
  }
  return { days: usage.days, perDay };
}

/** @throws {RangeError} for a number that is not whole */
function exactly({
  calls,
  bytes,
  renders,
  cpu,
  memory,
  cacheLookups,
  cacheHits,
  concurrentUsers,
}: AddedRequests) {
  return {
    calls: BigInt(calls),
    bytes: BigInt(bytes),
    renders: BigInt(renders),
    cpu: BigInt(cpu),
    memory: BigInt(memory),
    cacheLookups: BigInt(cacheLookups),
    cacheHits: BigInt(cacheHits),
    concurrentUsers: BigInt(concurrentUsers),
  };
}
