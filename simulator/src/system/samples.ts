import { SAMPLE_SECONDS, type State } from '../run/month-run.ts';
import type { MinuteCounts } from './minute-counts.ts';

const SECONDS_PER_DAY = 86_400;

/** How often the state is sampled in a run of so many days. */
export function samplesOf(days: number): number {
  return (days * SECONDS_PER_DAY) / SAMPLE_SECONDS;
}

/** State by name, a number a sample, and what only alerts ask for. */
export class Samples {
  readonly state: Record<State, Float32Array>;
  readonly answers: Float32Array;
  readonly slow: Float32Array;
  readonly refused: Float32Array;
  readonly mostConnections: Float32Array;

  constructor(samples: number) {
    const column = (): Float32Array => new Float32Array(samples);
    this.state = {
      users: column(),
      sessions: column(),
      'busy-workers': column(),
      workers: column(),
      connections: column(),
      waiting: column(),
      uploads: column(),
      'upload-megabytes': column(),
      files: column(),
      'queued-jobs': column(),
      cpu: column(),
      requests: column(),
      'cache-hits': column(),
      'cache-lookups': column(),
      'cached-pages': column(),
      disk: column(),
    };
    this.answers = column();
    this.slow = column();
    this.refused = column();
    this.mostConnections = column();
  }

  /** Writes down what was counted since the sample before. */
  count(sample: number, counts: MinuteCounts): void {
    const { state } = this;
    state.requests[sample] = counts.requests;
    state.files[sample] = counts.files;
    state['cache-hits'][sample] = counts.hits;
    state['cache-lookups'][sample] = counts.lookups;
    this.answers[sample] = counts.answers;
    this.slow[sample] = counts.slow;
    this.refused[sample] = counts.refused;
    this.mostConnections[sample] = counts.mostConnections;
  }
}
