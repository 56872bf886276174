/*
 * What a simulated month would be billed for.
 *
 * Measured: calls, data transfer, rendering requests, cache lookups and hits, people at once, from the requests;
 * transactions, which are payments that were verified; storage, which is what was uploaded since the month began; CPU
 * time, of all cores, background work included; memory, what the application has of it, idle or not. Given: members and
 * administrators, who are the scenario's people. Not simulated, and so without a cost: premium features.
 */
import { type Decimal, decimal, type Usage, whole, ZERO } from '@riwayat/billing';
import { type MonthRun, SAMPLE_SECONDS } from '../run/month-run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { dateOf, dayOf, MICROS_PER_MINUTE, parseStart } from '../workload/calendar.ts';
import type { SimulatedRequest } from '../workload/request.ts';

export interface MonthUsageOptions {
  readonly scenario: Scenario;
  readonly requests: Iterable<SimulatedRequest>;
  readonly run: Pick<MonthRun, 'state' | 'memory' | 'background'>;
}

const WINDOW_MICROS = 5 * MICROS_PER_MINUTE;
const MINUTES_PER_DAY = 1_440;
const GB_PER_BYTE = decimal('0.000000001');
const PER_MILLION = decimal('0.000001');
const MICROS_PER_SECOND = 1_000_000;
const KILO = 1_000;
const VERIFICATION = 'POST /api/admin/verifikasi-pembayaran';
const FIRST_ERROR_STATUS = 400;

/** What the requests of one day add up to. */
class DayCount {
  calls = 0;
  bytes = 0;
  renders = 0;
  lookups = 0;
  hits = 0;
  transactions = 0;
  readonly windows = new Map<number, Set<string>>();

  add(request: SimulatedRequest): void {
    this.calls += 1;
    this.bytes += request.bytesIn + request.bytesOut;
    this.renders += request.kind === 'render' ? 1 : 0;
    this.lookups += request.cache === 'none' ? 0 : 1;
    this.hits += request.cache === 'hit' ? 1 : 0;
    const verified = `${request.method} ${request.endpoint}` === VERIFICATION;
    this.transactions += verified && request.status < FIRST_ERROR_STATUS ? 1 : 0;
    const window = Math.floor(request.ts / WINDOW_MICROS);
    this.windows.set(window, (this.windows.get(window) ?? new Set()).add(request.userKey));
  }

  get peak(): number {
    return Math.max(0, ...[...this.windows.values()].map(({ size }) => size));
  }
}

/** What a simulated month used, by meter and day, as it is billed. */
export function usageOfMonth({ scenario, requests, run }: MonthUsageOptions): Usage {
  const first = parseStart(scenario.start);
  const counts = Array.from({ length: scenario.days }, () => new DayCount());
  for (const request of requests) {
    // A request that the month's end cuts off began on its last day.
    counts[Math.min(dayOf(request.ts) - first, scenario.days - 1)]?.add(request);
  }
  const each = (of: (day: DayCount) => Decimal): Decimal[] => counts.map(of);
  const everyDay = (value: number): Decimal[] => counts.map(() => whole(value));
  const { people, server } = scenario;
  return {
    days: counts.map((_, day) => dateOf(first + day)),
    perDay: {
      members: everyDay(Object.values(people).reduce((sum, count) => sum + count, 0)),
      admin_users: everyDay(people.admin),
      transactions: each(({ transactions }) => whole(transactions)),
      storage: stored(run.background.uploadBytes, scenario.days),
      api_calls: each(({ calls }) => whole(calls)),
      data_transfer: each(({ bytes }) => whole(bytes).times(GB_PER_BYTE)),
      rendering_requests: each(({ renders }) => whole(renders)),
      cpu: ofMinutes(run.state.cpu, scenario.days, (share) =>
        whole(Math.round(share * server.cores * SAMPLE_SECONDS * MICROS_PER_SECOND)).times(PER_MILLION),
      ),
      memory: ofMinutes(run.memory.application, scenario.days, (megabytes) =>
        whole(Math.round(megabytes * SAMPLE_SECONDS * KILO)).times(decimal('0.001')),
      ),
      concurrent_users: each(({ peak }) => whole(peak)),
      cache_lookups: each(({ lookups }) => whole(lookups)),
      cache_hits: each(({ hits }) => whole(hits)),
    },
  };
}

/** What has been uploaded by the end of each day, GB. */
function stored(bytesOfDays: Float64Array, days: number): Decimal[] {
  let bytes = ZERO;
  return Array.from({ length: days }, (_, day) => {
    bytes = bytes.plus(whole(Math.round(bytesOfDays[day] ?? 0)));
    return bytes.times(GB_PER_BYTE);
  });
}

/** Adds samples of minutes up by day. */
function ofMinutes(samples: Float32Array, days: number, of: (sample: number) => Decimal): Decimal[] {
  return Array.from({ length: days }, (_, day) => {
    let sum = ZERO;
    for (const sample of samples.subarray(day * MINUTES_PER_DAY, (day + 1) * MINUTES_PER_DAY)) {
      sum = sum.plus(of(sample));
    }
    return sum;
  });
}
