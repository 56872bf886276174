import type { ApplicationMemory } from './application.ts';
import type { MemoryValues } from './parameters.ts';
import type { Stretch } from './settings.ts';

/** What is in use cannot exceed the memory of the machine by more than this share, swapped out: an assumption. */
const SWAPPED = 0.04;

/**
 * The application as the machine's memory allows. Above a share of it garbage is collected harder and idle children are
 * ended, the more the less room is left; what the application needs is never taken away.
 *
 * @param others memory of the other parts, MB a minute
 * @returns MB a minute
 */
export function underPressure(
  { needed, grown }: ApplicationMemory,
  others: readonly Float32Array[],
  stretches: readonly Stretch[],
  values: MemoryValues,
): Float32Array {
  const megabytes = new Float32Array(needed.length);
  for (const { from, until, settings } of stretches) {
    const comfortable = values.pressure * settings.limit;
    const room = (1 + SWAPPED) * settings.limit - comfortable;
    for (let minute = from; minute < until; minute += 1) {
      const own = (needed[minute] ?? 0) + (grown[minute] ?? 0);
      let total = own;
      for (const other of others) {
        total += other[minute] ?? 0;
      }
      const excess = total - comfortable;
      const released = excess > 0 ? excess - room * (1 - Math.exp(-excess / room)) : 0;
      megabytes[minute] = own - Math.min(released, grown[minute] ?? 0);
    }
  }
  return megabytes;
}
