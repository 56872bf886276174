import type { StateSamples } from '../run/month-run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { isNightlyMaintenance, remaining } from './decay.ts';
import type { MemoryValues } from './parameters.ts';
import { minuteOf, type Stretch } from './settings.ts';

const KILOBYTES_PER_MEGABYTE = 1000;

/** Memory of the application, MB a minute: what it needs, and what it could give back under pressure. */
export interface ApplicationMemory {
  readonly needed: Float32Array;
  readonly grown: Float32Array;
}

/**
 * Web server and PHP-FPM children. A child's memory follows a high-water mark: every request may raise it, nothing lowers it
 * until the child is replaced, after some idle hours or in the nightly maintenance. How high it can rise depends on
 * the data, as lists become longer, and on how well garbage is collected. Leaks come on top.
 *
 * @param misses requests of each minute that reached the database
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
  const kept = remaining(values.applicationIdle);
  let growth = 0;
  let served = 0;
  for (const { from, until, settings } of stretches) {
    const withoutGarbage = 1 - values.applicationGarbage * (1 - settings.garbage);
    for (let minute = from; minute < until; minute += 1) {
      served += misses[minute] ?? 0;
      const data = 1 - Math.exp(-served / values.dataRequests);
      const ceiling =
        (values.applicationGrowth + values.applicationGrowthWithData * data) * withoutGarbage;
      const requests = state.requests[minute] ?? 0;
      const rise = Math.max(0, ceiling - growth) * (1 - Math.exp(-requests / values.applicationRequests));
      growth = isNightlyMaintenance(minute) ? 0 : growth * kept + rise;
      grown[minute] = growth;
      needed[minute] =
        values.applicationBase + values.applicationChild * (state.workers[minute] ?? 0) + (leaks[minute] ?? 0);
    }
  }
  return { needed, grown };
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
