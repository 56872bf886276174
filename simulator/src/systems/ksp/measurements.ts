import { LatencyHistogram } from '../../statistics/histogram.ts';
import { ENDPOINTS } from './endpoints.ts';
import { DAYS, HOURS_PER_DAY } from './tenants.ts';

const HOURS = DAYS * HOURS_PER_DAY;

/** What one tenant used in the month. */
export class Usage {
  /** By hour of the month. */
  readonly calls = new Uint32Array(HOURS);
  readonly renderings = new Uint32Array(HOURS);
  /** Megabytes sent, by hour of the month. */
  readonly transfer = new Float64Array(HOURS);
  cpuHours = 0;
  gbHours = 0;

  /** Calls in the hours that are asked for. */
  callsIn(isWanted: (hour: number) => boolean): number {
    return sumIn(this.calls, isWanted);
  }

  renderingsIn(isWanted: (hour: number) => boolean): number {
    return sumIn(this.renderings, isWanted);
  }

  /** Megabytes. */
  transferIn(isWanted: (hour: number) => boolean): number {
    return sumIn(this.transfer, isWanted);
  }

  /** Day, counted from 1, on which the calls of the month so far came to a count; null when they did not. */
  dayOfCall(count: number): number | null {
    let soFar = 0;
    for (const [hour, calls] of this.calls.entries()) {
      soFar += calls;
      if (soFar >= count) {
        return Math.floor(hour / HOURS_PER_DAY) + 1;
      }
    }
    return null;
  }
}

/** What the month gives. */
export class Measurements {
  /** By tenant. */
  readonly usage: readonly Usage[];
  /** By endpoint. */
  readonly responses = ENDPOINTS.map(() => new LatencyHistogram());
  readonly errors = new Uint32Array(ENDPOINTS.length);
  /** By minute: busy share of the cores, instances in service, renderings that wait, mean time to answer. */
  readonly cpu: number[] = [];
  readonly instances: number[] = [];
  readonly queued: number[] = [];
  readonly responseMs: number[] = [];

  constructor(tenants: number) {
    this.usage = Array.from({ length: tenants }, () => new Usage());
  }
}

function sumIn(hours: Uint32Array | Float64Array, isWanted: (hour: number) => boolean): number {
  let sum = 0;
  for (const [hour, count] of hours.entries()) {
    sum += isWanted(hour) ? count : 0;
  }
  return sum;
}
