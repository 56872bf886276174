import type { Parameters } from '../calibration/parameter.ts';
import type { MemorySamples, StateSamples } from '../run/month-run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { applicationMemory, leakedMemory } from './application.ts';
import { memoryValues } from './parameters.ts';
import { underPressure } from './pressure.ts';
import { sessionMemory, unsharedSessions } from './sessions.ts';
import { stretchesOf } from './settings.ts';
import { cacheMemory, databaseMemory, fileMemory, systemMemory } from './stores.ts';

export interface MemoryOptions {
  readonly system: StateSamples;
  readonly scenario: Scenario;
  readonly parameters: Parameters;
}

/**
 * Memory of each part over a run, MB a minute, as stocks that simulated state fills and empties; `simulator/README.md`
 * has the equations. At this load memory is no queue: it is what processes, caches and sessions hold.
 *
 * @throws {RangeError} when a parameter of the memory model is missing
 */
export function memoryOf({ system, scenario, parameters }: MemoryOptions): MemorySamples {
  const values = memoryValues(parameters);
  const minutes = system.state.requests.length;
  const stretches = stretchesOf(scenario, minutes);
  const misses = requestsBeyondTheCache(system);
  const application = applicationMemory(system, misses, leakedMemory(system, scenario), stretches, values);
  const others = {
    database: databaseMemory(system, misses, stretches, values),
    cache: cacheMemory(misses, stretches, values),
    sessions: sessionMemory(unsharedSessions(system), stretches, values),
    'file-buffers': fileMemory(system, values),
    system: systemMemory(misses, values),
  };
  return { application: underPressure(application, Object.values(others), stretches, values), ...others };
}

function requestsBeyondTheCache({ state }: StateSamples): Float32Array {
  const misses = new Float32Array(state.requests.length);
  const hits = state['cache-hits'];
  for (let minute = 0; minute < misses.length; minute += 1) {
    misses[minute] = Math.max(0, (state.requests[minute] ?? 0) - (hits[minute] ?? 0));
  }
  return misses;
}
