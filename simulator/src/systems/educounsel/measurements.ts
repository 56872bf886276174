import { LatencyHistogram } from '../../statistics/histogram.ts';

const MS_PER_SECOND = 1000;

/** What an hour gives. */
export class Measurements {
  /** False during the warm-up, when only errors are kept. */
  isOn = false;
  readonly login = new LatencyHistogram();
  readonly upload = new LatencyHistogram();
  readonly edge = new LatencyHistogram();
  readonly origin = new LatencyHistogram();
  readonly download = new LatencyHistogram();
  readonly cachedDashboard = new LatencyHistogram();
  readonly freshDashboard = new LatencyHistogram();
  /** Requests that no instance answered. */
  errors = 0;
  /** Share of the cores of the instances in service that was busy, by minute. */
  readonly cpu: number[] = [];
  readonly requestsPerMinute: number[] = [];

  add(times: LatencyHistogram, seconds: number): void {
    if (this.isOn) {
      times.record(seconds * MS_PER_SECOND);
    }
  }

  endMinute(cpu: number, requests: number): void {
    if (this.isOn) {
      this.cpu.push(cpu);
      this.requestsPerMinute.push(requests);
    }
  }
}
