import type { Parameters } from '../calibration/parameter.ts';
import type { Simulation } from '../engine/simulation.ts';
import { exponential } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import type { Background } from '../run/month-run.ts';
import { ACTIONS, type Action, endpointOf } from '../workload/endpoints.ts';
import { JobWorkers } from './job-workers.ts';
import { systemParameter } from './parameters.ts';
import { wholeAround } from './variation.ts';

/** Kinds of jobs. */
const MESSAGE = 0;
const IMAGE = 1;
const RECORD = 2;

const SECONDS_PER_DAY = 86_400;
/** Of one core, seconds: assumptions. */
const MESSAGE_CPU = 0.02;
const RECORD_CPU = 0.05;
/** Mean delay of the WhatsApp API, seconds: an assumption. */
const MESSAGE_DELAY = 1.5;
/** The session clean-up and the queue's own statistics: jobs that come every hour whatever happens. */
const HOURLY_JOBS = 1;

/** A file is scanned and read by one job, and made smaller by another: an assumption. */
const JOBS_PER_FILE = 2;

/** What people are told about by WhatsApp: an assumption. */
const TOLD: readonly Action[] = [
  'booking',
  'proof',
  'payment.verify',
  'session.start',
  'session.end',
  'schedule.set',
  'review',
];
const IS_TOLD = Uint8Array.from(ACTIONS, (action) => (TOLD.includes(action) ? 1 : 0));
/** Changes and log-ins are recorded; a renewed token or a log-out is not. */
const IS_RECORDED = Uint8Array.from(ACTIONS, (action) =>
  endpointOf(action).method !== 'GET' && action !== 'token.refresh' && action !== 'logout' ? 1 : 0,
);
const VERIFICATION = ACTIONS.indexOf('payment.verify');

export interface BackgroundOptions {
  readonly days: number;
  readonly parameters: Parameters;
  readonly stream: RandomStream;
  /** A job wants a core, until {@link BackgroundWork.leaveCore}. */
  readonly onStart: (job: number) => void;
  /** There are more or fewer workers. */
  readonly onResize: () => void;
}

/** Background jobs: which ones a request leaves behind, how much work they are, and how many were done on each day. */
export class BackgroundWork {
  readonly workers: JobWorkers;
  readonly done: Background;

  readonly #simulation: Simulation;
  readonly #stream: RandomStream;
  readonly #messages: number;
  readonly #records: number;
  readonly #image: number;

  readonly #ended: number;

  constructor(simulation: Simulation, { days, parameters, stream, onStart, onResize }: BackgroundOptions) {
    this.#simulation = simulation;
    this.workers = new JobWorkers(simulation, onStart, onResize);
    this.#ended = simulation.addKind((job) => this.#end(job));
    const column = (): Float64Array => new Float64Array(days);
    this.done = {
      jobs: column(),
      messages: column(),
      uploads: column(),
      uploadBytes: column(),
      verifications: column(),
    };
    this.#stream = stream;
    this.#messages = systemParameter(parameters, 'system.jobs.messages');
    this.#records = systemParameter(parameters, 'system.jobs.records');
    this.#image = systemParameter(parameters, 'system.jobs.image');
  }

  /** Queues what a request that went well leaves to be done. */
  follow(action: number, files: number, bytes: number): void {
    if (IS_RECORDED[action] === 1) {
      this.#queue(RECORD, wholeAround(this.#stream, this.#records));
    }
    if (IS_TOLD[action] === 1) {
      this.#queue(MESSAGE, wholeAround(this.#stream, this.#messages));
    }
    if (files > 0) {
      this.#queue(IMAGE, files * JOBS_PER_FILE);
      this.#note(this.done.uploads, files);
      this.#note(this.done.uploadBytes, bytes);
    }
    if (action === VERIFICATION) {
      this.#note(this.done.verifications, 1);
    }
  }

  /** Queues the jobs that come every hour. */
  everyHour(): void {
    this.#queue(RECORD, HOURLY_JOBS);
  }

  /** Seconds of one core that a job takes. */
  coreTimeOf(job: number): number {
    switch (job) {
      case IMAGE:
        return exponential(this.#stream, this.#image);
      case MESSAGE:
        return MESSAGE_CPU;
      default:
        return RECORD_CPU;
    }
  }

  /** A job has had its time on a core. */
  leaveCore(job: number): void {
    if (job === MESSAGE) {
      this.#simulation.schedule(exponential(this.#stream, MESSAGE_DELAY), this.#ended, job);
    } else {
      this.#end(job);
    }
  }

  #end(job: number): void {
    this.#note(this.done.jobs, 1);
    if (job === MESSAGE) {
      this.#note(this.done.messages, 1);
    }
    this.workers.release();
  }

  #queue(job: number, count: number): void {
    for (let one = 0; one < count; one += 1) {
      this.workers.arrive(job);
    }
  }

  #note(column: Float64Array, by: number): void {
    // What ends after the run's last midnight is of its last day.
    const day = Math.min(Math.floor(this.#simulation.now / SECONDS_PER_DAY), column.length - 1);
    column[day] = (column[day] ?? 0) + by;
  }
}
