import type { StateSamples } from '../run/month-run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { isNightlyMaintenance } from './decay.ts';
import type { MemoryValues } from './parameters.ts';
import { MINUTES_PER_HOUR, minuteOf, type Stretch } from './settings.ts';

/** Web server, PHP master with its opcode cache, scheduler and queue supervisor, MB: the usual sizes, an assumption. */
const APPLICATION_BASE = 60;
const KILOBYTES_PER_MEGABYTE = 1000;

/** Memory of the application, MB a minute: what it needs, and what it could give back under pressure. */
export interface ApplicationMemory {
  readonly needed: Float32Array;
  readonly grown: Float32Array;
}

/**
 * Web server and PHP-FPM children. A child's memory is a high-water mark: what requests made it grow by it keeps, until
 * it has served nothing for a while or the nightly maintenance starts it again. Requests meet the children that are
 * used at random, so the requests that each has served since then are a Poisson count, and a child has grown when it is
 * three or more: one loads the framework, one the classes, one the data. How far it grows depends on the data, as lists
 * become longer, and on how well garbage is collected. Leaks come on top.
 *
 * @param misses requests of each minute that reached the database
 * @param leaks of {@link leakedMemory}
 */
export function applicationMemory(
  { state }: StateSamples,
  misses: Float32Array,
  leaks: Float64Array,
  stretches: readonly Stretch[],
  values: MemoryValues,
): ApplicationMemory {
  const minutes = misses.length;
  const needed = new Float32Array(minutes);
  const grown = new Float32Array(minutes);
  const served = runningTotal(state.requests);
  const read = runningTotal(misses);
  const patience = values.applicationIdle * MINUTES_PER_HOUR;
  let restarted = 0;
  let growth = 0;
  for (const { from, until, settings } of stretches) {
    const withoutGarbage = 1 - values.applicationGarbage * (1 - settings.garbage);
    for (let minute = from; minute < until; minute += 1) {
      if (isNightlyMaintenance(minute)) {
        restarted = minute;
      }
      const children = state.workers[minute] ?? 0;
      const lately = (served[minute] ?? 0) - totalAt(served, Math.max(restarted, minute - patience));
      const each = lately / (children * values.applicationShare);
      const share = 1 - Math.exp(-each) * (1 + each + (each * each) / 2);
      if ((misses[minute] ?? 0) > 0 || minute === from) {
        const data = 1 - Math.exp(-(read[minute] ?? 0) / values.dataRequests);
        growth = (values.applicationGrowth + values.applicationGrowthWithData * data) * withoutGarbage;
      }
      grown[minute] = children * values.applicationShare * growth * share;
      needed[minute] = APPLICATION_BASE + children * values.applicationChild + (leaks[minute] ?? 0);
    }
  }
  return { needed, grown };
}

/** Sum of all minutes up to and with each. */
function runningTotal(counts: Float32Array): Float64Array {
  const totals = new Float64Array(counts.length);
  let total = 0;
  for (let minute = 0; minute < totals.length; minute += 1) {
    total += counts[minute] ?? 0;
    totals[minute] = total;
  }
  return totals;
}

/** A running total at an instant between two minutes. */
function totalAt(totals: Float64Array, minute: number): number {
  if (minute < 0) {
    return 0;
  }
  const before = Math.floor(minute);
  const low = totals[before] ?? 0;
  return low + (minute - before) * ((totals[before + 1] ?? low) - low);
}

/** What leaks hold, MB a minute: so much a request from one instant on, all of it given back at the fix. */
export function leakedMemory({ state }: StateSamples, { incidents }: Scenario): Float64Array {
  const requests = state.requests;
  const leaked = new Float64Array(requests.length);
  for (const incident of incidents) {
    if (incident.kind !== 'leak') {
      continue;
    }
    const until = Math.min(minuteOf(incident.until), requests.length);
    let held = 0;
    for (let minute = minuteOf(incident.from); minute < until; minute += 1) {
      held += ((requests[minute] ?? 0) * incident.perRequest) / KILOBYTES_PER_MEGABYTE;
      leaked[minute] = (leaked[minute] ?? 0) + held;
    }
  }
  return leaked;
}
