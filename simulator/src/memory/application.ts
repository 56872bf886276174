import type { StateSamples } from '../run/month-run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { isNightlyMaintenance } from './decay.ts';
import type { MemoryValues } from './parameters.ts';
import { minuteOf, type Stretch } from './settings.ts';

/** Web server, PHP master with its opcode cache, scheduler and queue supervisor, MB: the usual sizes, an assumption. */
const APPLICATION_BASE = 60;
/** Of a child's growth: framework, classes of pages, of bookings and of uploads, and lists at their length. */
const GROWTH_STEPS = 5;
const KILOBYTES_PER_MEGABYTE = 1000;

/** Memory of the application, MB a minute: what it needs, and what it could give back under pressure. */
export interface ApplicationMemory {
  readonly needed: Float32Array;
  readonly grown: Float32Array;
}

/**
 * Web server and PHP-FPM children. A child's memory is a high-water mark: what requests made it grow by it keeps until it
 * is started again, by the nightly maintenance or because the machine gets another memory. Requests meet the children at
 * random, so the steps of growth that a child has made since then are a Poisson count, and it has grown whole when it has
 * made them all: each needs a request of a kind that it has not served yet. How far it grows depends on the data, as lists
 * become longer, and on how well garbage is collected. Leaks come on top, in memory that the children share and that
 * outlives them; nobody touches it, so a machine that is short of memory pages it out.
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
  let limit: number | undefined;
  let servedSinceStart = 0;
  let read = 0;
  let growth = 0;
  for (const { from, until, settings } of stretches) {
    if (settings.limit !== limit) {
      servedSinceStart = 0;
      limit = settings.limit;
    }
    const withoutGarbage = 1 - values.applicationGarbage * (1 - settings.garbage);
    for (let minute = from; minute < until; minute += 1) {
      if (isNightlyMaintenance(minute)) {
        servedSinceStart = 0;
      }
      servedSinceStart += state.requests[minute] ?? 0;
      const reads = misses[minute] ?? 0;
      read += reads;
      if (reads > 0 || minute === from) {
        const data = 1 - Math.exp(-read / values.dataRequests);
        growth = (values.applicationGrowth + values.applicationGrowthWithData * data) * withoutGarbage;
      }
      const children = state.workers[minute] ?? 0;
      const share = atLeastAllSteps(servedSinceStart / (children * values.applicationStep));
      grown[minute] = children * growth * share + (leaks[minute] ?? 0);
      needed[minute] = APPLICATION_BASE + children * values.applicationChild;
    }
  }
  return { needed, grown };
}

/** Chance that a Poisson count with this mean is {@link GROWTH_STEPS} or more; 0 for a mean that is none. */
function atLeastAllSteps(mean: number): number {
  let term = Math.exp(-mean);
  let fewer = term;
  for (let count = 1; count < GROWTH_STEPS; count += 1) {
    term *= mean / count;
    fewer += term;
  }
  return fewer >= 0 ? 1 - fewer : 0;
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
