import type { Parameters } from '../calibration/parameter.ts';
import { memoryOf } from '../memory/memory.ts';
import { totalMemory } from '../memory/questions.ts';
import { MONITOR_MINUTES, stretchesOf } from '../memory/settings.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { alertsOfAll, meansOver, percentOf, type Watch } from '../system/alerts.ts';
import { MEMORY_RULE } from '../system/month-rules.ts';
import { simulateSystem } from '../system/system.ts';
import { systemWatches } from '../system/system-alerts.ts';
import { generateTrace } from '../workload/generate.ts';
import type { AlertEvent, MemorySamples, MonthRun } from './month-run.ts';

export interface MonthOptions {
  readonly scenario: Scenario;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly replication: number;
}

/**
 * One replication of a scenario: its requests, what the system makes of them, and the memory that this takes. The same
 * options give the same bytes; a replication needs no other one.
 *
 * @throws {RangeError} when a parameter is missing
 */
export function simulateMonth(options: MonthOptions): MonthRun {
  const { scenario, parameters } = options;
  const trace = generateTrace(options);
  const system = simulateSystem({ ...options, trace });
  const memory = memoryOf({ system, scenario, parameters });
  const alerts = [...system.alerts, ...memoryAlerts(memory, scenario)].sort(
    (one, other) => one.at - other.at,
  );
  return { ...system, trace, memory, alerts };
}

/** Alerts on the memory in use, by {@link memoryWatch}. */
export function memoryAlerts(memory: MemorySamples, scenario: Scenario): AlertEvent[] {
  return alertsOfAll([memoryWatch(memory, scenario)]);
}

/** All that the alerts of a month watch. */
export function monthWatches(run: MonthRun, scenario: Scenario, parameters: Parameters): readonly Watch[] {
  return [memoryWatch(run.memory, scenario), ...systemWatches(run, scenario, parameters)];
}

/**
 * The memory in use, as a share of the machine's at that time: five-minute means, which a peak of the documented month is
 * read from too.
 */
function memoryWatch(memory: MemorySamples, scenario: Scenario): Watch {
  const share = totalMemory(memory);
  for (const { from, until, settings } of stretchesOf(scenario, share.length)) {
    for (let minute = from; minute < until; minute += 1) {
      share[minute] = (share[minute] ?? 0) / settings.limit;
    }
  }
  return [MEMORY_RULE, percentOf(meansOver(share, MONITOR_MINUTES), 1)];
}
