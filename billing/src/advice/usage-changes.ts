/*
 * A tenant's month as it would have been, had the tenant used it otherwise.
 *
 * What always holds: a change is worked out from the endpoints' own numbers; what it assumes is a named constant here,
 * and the advice that comes of it names the assumption.
 */
import { withQuantity } from '../comparison/scaled-usage.ts';
import { type MeterKey, quantityOf, type Usage } from '../meters/meter.ts';
import { type Decimal, decimal, largest, whole, ZERO } from '../money/decimal.ts';
import { type EndpointShare, type EndpointUse, largestFirst } from './endpoint-use.ts';

/** JSON and HTML by gzip come to about a quarter of their size. */
export const COMPRESSED_PERCENT = 25n;
/** Answers that fit into one packet gain nothing by being smaller. */
const LEAST_BYTES_TO_COMPRESS = 1_400n;
/** So many calls of one endpoint in a session, in the mean, are chatty; and to so many they could be brought together. */
export const CHATTY_CALLS = 20n;
export const CALLS_TOGETHER = 10n;

const PER_BYTE = decimal('0.000000001');
const PER_MICROSECOND = decimal('0.000001');
const HUNDRED = 100n;

/** A month that would have been, and which endpoints make the difference. */
export interface ChangedUsage {
  readonly usage: Usage;
  /** The largest first. */
  readonly endpoints: readonly EndpointShare[];
}

/**
 * With more hits of the cache: misses become hits where there are the most of them, each of which then costs the CPU time
 * that the endpoint's hits had (or all endpoints', where it had none). `amount`: misses that become hits.
 *
 * @param hits how many more
 */
export function withMoreHits(usage: Usage, endpoints: readonly EndpointUse[], hits: bigint): ChangedUsage {
  const meanHit = quotientOf(
    total(endpoints, ({ hitCpu }) => hitCpu),
    total(endpoints, ({ cacheHits }) => cacheHits),
  );
  let left = hits;
  let cpuSaved = 0n;
  const byMisses = [...endpoints].sort((a, b) => Number(missesOf(b) - missesOf(a)));
  const shares = byMisses.map((use): EndpointShare => {
    const over = left - missesOf(use);
    const amount = over > 0n ? missesOf(use) : left;
    left -= amount;
    const ofMiss = quotientOf(use.missCpu, missesOf(use));
    const ofHit = use.cacheHits > 0n ? quotientOf(use.hitCpu, use.cacheHits) : meanHit;
    cpuSaved += ofMiss > ofHit ? amount * (ofMiss - ofHit) : 0n;
    return { method: use.method, endpoint: use.endpoint, amount };
  });
  const more = quantityOf(usage, 'cache_hits').plus(decimal(hits));
  const changed = withQuantity(usage, 'cache_hits', more);
  return {
    usage: less(changed, 'cpu', decimal(cpuSaved).times(PER_MICROSECOND)),
    endpoints: largestFirst(shares),
  };
}

/**
 * With text answers of more than a packet compressed to {@link COMPRESSED_PERCENT} of their size. `amount`: bytes less.
 */
export function withCompression(usage: Usage, endpoints: readonly EndpointUse[]): ChangedUsage {
  const shares = endpoints
    .filter(({ calls, textBytesOut }) => textBytesOut >= calls * LEAST_BYTES_TO_COMPRESS)
    .map(({ method, endpoint, textBytesOut }) => ({
      method,
      endpoint,
      amount: (textBytesOut * (HUNDRED - COMPRESSED_PERCENT)) / HUNDRED,
    }));
  const bytes = decimal(total(shares, ({ amount }) => amount));
  return {
    usage: less(usage, 'data_transfer', bytes.times(PER_BYTE)),
    endpoints: largestFirst(shares),
  };
}

/**
 * With the calls of endpoints that are called more than {@link CHATTY_CALLS} times in a session, in the mean, brought
 * together to {@link CALLS_TOGETHER}. They answer as many bytes as before. `amount`: calls less.
 */
export function withFewerCalls(usage: Usage, endpoints: readonly EndpointUse[]): ChangedUsage {
  const chatty = endpoints.filter(
    ({ sessions, callsInSessions }) => sessions > 0n && callsInSessions > CHATTY_CALLS * sessions,
  );
  const shares = chatty.map(({ method, endpoint, sessions, callsInSessions }) => ({
    method,
    endpoint,
    amount: callsInSessions - CALLS_TOGETHER * sessions,
  }));
  const renders = chatty.map(({ renders, calls }, index) =>
    calls === 0n ? 0n : (renders * (shares[index]?.amount ?? 0n)) / calls,
  );
  const calls = decimal(total(shares, ({ amount }) => amount));
  const fewer = less(usage, 'api_calls', calls);
  return {
    usage: less(fewer, 'rendering_requests', decimal(total(renders, (count) => count))),
    endpoints: largestFirst(shares),
  };
}

function missesOf({ cacheLookups, cacheHits }: EndpointUse): bigint {
  return cacheLookups - cacheHits;
}

function less(usage: Usage, meter: MeterKey, quantity: Decimal): Usage {
  return quantity.eq(ZERO)
    ? usage
    : withQuantity(usage, meter, largest(ZERO, quantityOf(usage, meter).minus(quantity)));
}

function total<Row>(rows: readonly Row[], of: (row: Row) => bigint): bigint {
  return rows.reduce((sum, row) => sum + of(row), 0n);
}

/** Rounded down; 0 of nothing. */
function quotientOf(dividend: bigint, divisor: bigint): bigint {
  return divisor === 0n ? 0n : dividend / divisor;
}

/** The whole number of hits of a month's lookups that are a share of them, or just above it. */
export function hitsFor(lookups: Decimal, bound: { above: string; inclusive: boolean }): bigint {
  const share = lookups.times(decimal(bound.above));
  const down = share.round(0, 0 /* roundDown */);
  const enough = bound.inclusive ? down.gte(share) : down.gt(share);
  return BigInt((enough ? down : down.plus(whole(1))).toFixed(0));
}
