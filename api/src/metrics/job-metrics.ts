import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Jobs } from '../jobs/jobs.ts';
import { JOB_STATES } from '../jobs/state.ts';

/** From a row written to a mail server that takes its time. */
const JOB_BUCKETS_SECONDS = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30, 60, 300];

/** Adds what the background jobs tell of themselves to a registry. */
export function observeJobs(registry: Registry, jobs: Pick<Jobs, 'onAttempt' | 'queue'>): void {
  const attempts = new Counter({
    name: 'riwayat_job_attempts_total',
    help: 'Attempts that this process made at jobs; given-up: the job is not tried again by itself',
    labelNames: ['task', 'outcome'] as const,
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'riwayat_job_duration_seconds',
    help: 'Time that an attempt took',
    labelNames: ['task'] as const,
    buckets: JOB_BUCKETS_SECONDS,
    registers: [registry],
  });
  jobs.onAttempt((task, outcome, seconds) => {
    attempts.inc({ task, outcome });
    duration.observe({ task }, seconds);
  });
  new Gauge({
    name: 'riwayat_jobs',
    help: 'Jobs that are not done, of all processes; failed: given up until somebody retries them',
    labelNames: ['state'] as const,
    registers: [registry],
    collect() {
      for (const state of JOB_STATES) {
        this.set({ state }, jobs.queue().jobs[state]);
      }
    },
  });
  new Gauge({
    name: 'riwayat_jobs_oldest_waiting_seconds',
    help: 'For how long the job that waits longest could have been done',
    registers: [registry],
    collect() {
      this.set(jobs.queue().oldestWaitingSeconds);
    },
  });
}
