import { HOURS_PER_DAY, MICROS_PER_HOUR } from './calendar.ts';
import type { VisitLog } from './visit-log.ts';

const CALIBRATION_ROUNDS = 60;

/**
 * Relative number of sessions that start in each hour, so that their requests follow the wanted curve: a
 * session that starts before nine makes some of its requests after nine. Found by asking where the requests of
 * sample sessions fall for given starts, and correcting the starts hour by hour until the curve is met.
 *
 * Sessions are taken to end on the day they start, as those of the documented month do.
 *
 * @param wanted requests in each of the 24 hours
 * @param samples sessions of the class
 */
export function startCurve(wanted: readonly number[], samples: VisitLog): number[] {
  const spread = requestsPerStart(samples);
  let starts = [...wanted];
  for (let round = 0; round < CALIBRATION_ROUNDS; round += 1) {
    const reached = wanted.map((_, hour) =>
      starts.reduce((sum, count, start) => sum + count * (spread[start]?.[hour] ?? 0), 0),
    );
    starts = starts.map((count, hour) => {
      const requests = reached[hour] ?? 0;
      return requests > 0 ? (count * (wanted[hour] ?? 0)) / requests : 0;
    });
  }
  return starts;
}

/** Expected requests in each hour (column) of a session that starts evenly within an hour (row). */
function requestsPerStart(samples: VisitLog): number[][] {
  return Array.from({ length: HOURS_PER_DAY }, (_, start) => {
    const row = new Array<number>(HOURS_PER_DAY).fill(0);
    for (let visit = 0; visit < samples.visits; visit += 1) {
      // Only starts from which the session still ends today can happen.
      const until = Math.min(start + 1, HOURS_PER_DAY - samples.durationOf(visit) / MICROS_PER_HOUR);
      const end = until > start ? (samples.from[visit + 1] ?? 0) : 0;
      for (let request = samples.from[visit] ?? 0; request < end; request += 1) {
        const lag = (samples.offset[request] ?? 0) / MICROS_PER_HOUR;
        for (let hour = Math.floor(start + lag); hour < Math.min(until + lag, HOURS_PER_DAY); hour += 1) {
          const overlap = Math.min(until + lag, hour + 1) - Math.max(start + lag, hour);
          row[hour] = (row[hour] ?? 0) + overlap / samples.visits;
        }
      }
    }
    return row;
  });
}
