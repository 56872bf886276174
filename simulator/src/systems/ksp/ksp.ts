import type { DocumentedSystem } from '../system.ts';
import { ENDPOINTS } from './endpoints.ts';
import { documented, KSP_DOCUMENT, kspFigures, kspTolerances } from './figures.ts';
import type { Measurements, Usage } from './measurements.ts';
import { type KspRun, simulateKsp } from './model.ts';
import { kspScenario } from './scenario.ts';
import { DAYS, HOURS_PER_DAY, isBurst, isPeak, type Pattern } from './tenants.ts';

const PERCENT = 100;
const MB_PER_GB = 1000;
const MINUTES_PER_HOUR = 60;
const HOURS = DAYS * HOURS_PER_DAY;

/** KSP's tenants with their patterns of volume on one group of scaled instances. */
export const ksp: DocumentedSystem = {
  name: 'ksp',
  title: KSP_DOCUMENT,
  figures: kspFigures,
  tolerances: kspTolerances,
  replicate(seed, replication) {
    const run = simulateKsp(kspScenario, seed, replication);
    const steady = usageOf(run, 'steady');
    const peak = usageOf(run, 'peak');
    const burst = usageOf(run, 'burst');
    return {
      'steady.calls': steady.callsIn(always),
      'steady.renderings': steady.renderingsIn(always),
      'steady.cpu': steady.cpuHours,
      'steady.memory': steady.gbHours,
      'steady.transfer': steady.transferIn(always) / MB_PER_GB,
      'steady.users': usersDuring(steady, always),
      'peak.calls.average': pace(peak.callsIn(not(isPeak)), not(isPeak)),
      'peak.calls': peak.callsIn(always),
      'peak.renderings.average': pace(peak.renderingsIn(not(isPeak)), not(isPeak)),
      'peak.renderings': peak.renderingsIn(always),
      'peak.transfer.average': pace(peak.transferIn(not(isPeak)), not(isPeak)) / MB_PER_GB,
      'peak.transfer': peak.transferIn(always) / MB_PER_GB,
      'peak.users.average': usersDuring(peak, not(isPeak)),
      'peak.users': usersDuring(peak, isPeak),
      'burst.calls.average': pace(burst.callsIn(not(isBurst)), not(isBurst)),
      'burst.calls': burst.callsIn(always),
      'burst.renderings.average': pace(burst.renderingsIn(not(isBurst)), not(isBurst)),
      'burst.renderings': burst.renderingsIn(always),
      'burst.transfer.average': pace(burst.transferIn(not(isBurst)), not(isBurst)) / MB_PER_GB,
      'burst.transfer': burst.transferIn(always) / MB_PER_GB,
      'burst.users.average': usersDuring(burst, not(isBurst)),
      'burst.users': usersDuring(burst, isBurst),
      ...ofEndpoints(run.measurements),
      ...ofScaling(run),
    };
  },
};

/**
 * What the first tenant of a pattern used.
 *
 * @throws {RangeError} when no tenant has the pattern
 */
export function usageOf({ tenants, measurements }: KspRun, pattern: Pattern): Usage {
  const usage = measurements.usage[tenants.findIndex((tenant) => tenant.pattern === pattern)];
  if (usage === undefined) {
    throw new RangeError(`No tenant has the pattern "${pattern}".`);
  }
  return usage;
}

type Hours = (hour: number) => boolean;
const always: Hours = () => true;
const not =
  (isWanted: Hours): Hours =>
  (hour) =>
    !isWanted(hour);

function hoursIn(isWanted: Hours): number {
  return Array.from({ length: HOURS }, (_, hour) => hour).filter(isWanted).length;
}

/** What a month would have at the pace of some of its hours. */
function pace(count: number, isWanted: Hours): number {
  return (count * HOURS) / hoursIn(isWanted);
}

/** People who are in a session at the same time, by Little's law: sessions an hour times their length. */
function usersDuring(usage: Usage, isWanted: Hours): number {
  const callsPerSession = documented('member.calls') / documented('member.sessions');
  const sessionsPerHour = usage.callsIn(isWanted) / callsPerSession / hoursIn(isWanted);
  return (sessionsPerHour * documented('member.session-time')) / MINUTES_PER_HOUR;
}

function ofEndpoints({ responses, errors }: Measurements): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const [index, { name }] of ENDPOINTS.entries()) {
    const times = responses[index];
    if (name !== 'other' && times !== undefined) {
      figures[`${name}.response`] = times.mean;
      figures[`${name}.errors`] = (PERCENT * (errors[index] ?? 0)) / times.count;
    }
  }
  return figures;
}

function ofScaling({ orders, measurements: { cpu, instances } }: KspRun): Record<string, number> {
  /** The minutes that an order for the CPU looked back on. */
  const lookedAt = (change: 1 | -1): number[] =>
    orders
      .filter((order) => order.change === change && order.rule.metric === 'cpu')
      .flatMap(({ minute, rule }) => cpu.slice(minute - rule.minutes, minute));
  const gaps = orders.slice(1).map((order, index) => order.minute - (orders[index]?.minute ?? 0));
  return {
    'scaling.least': lowest(instances),
    'scaling.most': highest(instances),
    'scaling.cooldown': lowest(gaps),
    'scaling.out.cpu': PERCENT * lowest(lookedAt(1)),
    'scaling.in.cpu': PERCENT * highest(lookedAt(-1)),
  };
}

function lowest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}

function highest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}
