import { ExponentialTimes } from '../../simulator/src/random/exponential-times.ts';
import { createStream } from '../../simulator/src/random/stream.ts';
import { type Model, type Outcome, SERVERS } from './model.ts';

const FIRST_CAPACITY = 1024;

/**
 * M/M/4 written by hand, with nothing that this model does not need: no kinds of events, no heap (the least of five
 * times is looked for), no functions to call but those that draw the times, the same as the engine's. What an engine costs is measured against it.
 */
export function typedLoop({ seed, arrivalRate, meanService }: Model, until: number): Outcome {
  const gaps = new ExponentialTimes(createStream(seed, 'gaps'), 1 / arrivalRate);
  const services = new ExponentialTimes(createStream(seed, 'services'), meanService);
  const departures = new Float64Array(SERVERS).fill(Number.POSITIVE_INFINITY);
  const arrivedAt = new Float64Array(SERVERS);
  let line = new Float64Array(FIRST_CAPACITY);
  let first = 0;
  let waiting = 0;
  let busy = 0;
  let now = 0;
  let area = 0;
  let responses = 0;
  let departed = 0;
  let events = 0;
  let nextArrival = gaps.next();
  for (;;) {
    let server = 0;
    let at = departures[0] ?? 0;
    for (let other = 1; other < SERVERS; other += 1) {
      const time = departures[other] ?? 0;
      if (time < at) {
        at = time;
        server = other;
      }
    }
    const isArrival = nextArrival < at;
    if (isArrival) {
      at = nextArrival;
    }
    if (at > until) {
      break;
    }
    area += (busy + waiting) * (at - now);
    now = at;
    events += 1;
    if (isArrival) {
      nextArrival = now + gaps.next();
      if (busy < SERVERS) {
        busy += 1;
        const idle = departures.indexOf(Number.POSITIVE_INFINITY);
        arrivedAt[idle] = now;
        departures[idle] = now + services.next();
      } else {
        if (waiting === line.length) {
          const longer = new Float64Array(2 * line.length);
          longer.set(line.subarray(first));
          longer.set(line.subarray(0, first), line.length - first);
          line = longer;
          first = 0;
        }
        line[(first + waiting) & (line.length - 1)] = now;
        waiting += 1;
      }
    } else {
      responses += now - (arrivedAt[server] ?? 0);
      departed += 1;
      if (waiting > 0) {
        arrivedAt[server] = line[first] ?? 0;
        first = (first + 1) & (line.length - 1);
        waiting -= 1;
        departures[server] = now + services.next();
      } else {
        busy -= 1;
        departures[server] = Number.POSITIVE_INFINITY;
      }
    }
  }
  area += (busy + waiting) * (until - now);
  return { events, meanPresent: area / until, meanResponse: responses / departed };
}
