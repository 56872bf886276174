import type { Parameters } from '../calibration/parameter.ts';
import { ProcessorSharing } from '../engine/processor-sharing.ts';
import { Simulation } from '../engine/simulation.ts';
import { createStream, type RandomStream } from '../random/stream.ts';
import { SAMPLE_SECONDS, type SystemRun } from '../run/month-run.ts';
import type { Scenario, Tuning } from '../scenario/scenario.ts';
import { HOURS_PER_DAY } from '../workload/calendar.ts';
import type { RequestTrace } from '../workload/trace.ts';
import { alertsOfAll } from './alerts.ts';
import { BackgroundWork } from './background-work.ts';
import { Children } from './children.ts';
import { BYTES_PER_MB } from './files.ts';
import { Housekeeping } from './housekeeping.ts';
import { secondsAt } from './instant.ts';
import { sendIntruders } from './intruders.ts';
import { MinuteCounts } from './minute-counts.ts';
import { PageCache } from './page-cache.ts';
import { systemParameter } from './parameters.ts';
import { RequestPath } from './request-path.ts';
import { Samples, samplesOf } from './samples.ts';
import { ServerSessions } from './server-sessions.ts';
import { Presence } from './stay.ts';
import { systemWatches } from './system-alerts.ts';
import { type Upkeep, upkeepOf } from './upkeep.ts';
import { Uploads } from './uploads.ts';

const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_HOUR = 3600;

/**
 * Tunings that begin the cache of pages anew, with its new size or on its new nodes. An assumption: the document gives week 3
 * fewer hits than week 4, and these two before it.
 */
const RESTARTS_PAGES: ReadonlySet<Tuning> = new Set<Tuning>(['query-cache', 'redis-cluster']);

/** On the cores a request has its own number; a process of upkeep this one, and a job the next lower by its kind. */
const UPKEEP_TASK = -1;
const FIRST_JOB_TASK = -2;

export interface SystemOptions {
  readonly trace: RequestTrace;
  readonly scenario: Scenario;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly replication: number;
}

/**
 * What the documented stack makes of a month's requests: every request is answered once, and the state is sampled each
 * minute. The same options give the same bytes.
 *
 * @throws {RangeError} when a parameter is missing
 */
export function simulateSystem(options: SystemOptions): SystemRun {
  const stack = new Stack(options);
  stack.run();
  return stack.result();
}

/** The parts of the stack on one clock. */
class Stack {
  readonly #options: SystemOptions;
  readonly #simulation = new Simulation();
  readonly #counts = new MinuteCounts();
  readonly #samples: Samples;
  readonly #cores: ProcessorSharing;
  readonly #children: Children;
  readonly #work: BackgroundWork;
  readonly #housekeeping: Housekeeping;
  readonly #pages: PageCache;
  readonly #sessions: ServerSessions;
  readonly #presence: Presence;
  readonly #uploads: Uploads;
  readonly #requests: RequestPath;
  readonly #fixedConnections: number;
  #connectionPool: number;
  #intrusions = 0;
  #workBefore = 0;

  constructor(options: SystemOptions) {
    const { trace, scenario, parameters, seed, replication } = options;
    const { server, days, incidents } = scenario;
    const stream = (purpose: string): RandomStream => createStream(seed, `system/${purpose}`, replication);
    const simulation = this.#simulation;
    const samples = samplesOf(days);
    this.#options = options;
    this.#samples = new Samples(samples);
    this.#fixedConnections = Math.round(systemParameter(parameters, 'system.connections.base'));
    this.#connectionPool = server.connectionPool;
    this.#cores = new ProcessorSharing(simulation, {
      cores: server.cores,
      work: (task) => this.#coreTimeOf(task),
      onDeparture: (task) => this.#leaveCore(task),
    });
    this.#work = new BackgroundWork(simulation, {
      days,
      parameters,
      stream: stream('jobs'),
      onStart: (job) => this.#cores.arrive(FIRST_JOB_TASK - job),
      onResize: () => this.#noteConnections(),
    });
    this.#children = new Children(simulation, {
      most: server.workers,
      spare: systemParameter(parameters, 'system.workers.spare'),
      connections: () => this.#connectionPool - this.#fixedConnections - this.#work.workers.count,
      onStart: (request) => this.#requests.start(request),
      onTimeout: (request) => this.#requests.giveUp(request),
      onResize: () => this.#noteConnections(),
    });
    this.#housekeeping = new Housekeeping(server.cores, parameters, stream('upkeep'));
    const lifetime = systemParameter(parameters, 'system.cache.lifetime') * SECONDS_PER_HOUR;
    this.#pages = new PageCache(trace, lifetime);
    this.#sessions = new ServerSessions(trace, samples, parameters, stream('tabs'));
    this.#presence = new Presence(trace.people.length, samples);
    this.#uploads = new Uploads(incidents, parameters, stream('files'));
    this.#requests = new RequestPath({
      simulation,
      trace,
      parameters,
      stream,
      pages: this.#pages,
      sessions: this.#sessions,
      presence: this.#presence,
      uploads: this.#uploads,
      counts: this.#counts,
      surroundings: {
        wantChild: (request) => this.#children.arrive(request),
        releaseChild: () => this.#children.release(),
        wantCore: (request) => this.#cores.arrive(request),
        follow: (action, files, bytes) => this.#work.follow(action, files, bytes),
        log: () => this.#housekeeping.log(),
      },
    });
    this.#plan();
    sendIntruders(simulation, days * SECONDS_PER_DAY, parameters, stream('intruders'), (calls) => {
      this.#intrusions += calls;
      this.#counts.refused += calls;
    });
  }

  /**
   * Runs until every request is answered and every job done. Requests and samples are sorted already, so they need no
   * place in the queue of events.
   */
  run(): void {
    const { trace, scenario } = this.#options;
    const samples = samplesOf(scenario.days);
    let sample = 0;
    for (let request = 0; request < trace.at.length; request += 1) {
      const at = trace.at[request] ?? 0;
      for (; sample < samples && sample * SAMPLE_SECONDS <= at; sample += 1) {
        this.#sample(sample);
      }
      this.#simulation.run(at);
      this.#requests.arrive(request);
    }
    for (; sample < samples; sample += 1) {
      this.#sample(sample);
    }
    this.#simulation.run();
  }

  /** What came of the run. To be asked once, after it. */
  result(): SystemRun {
    const { state, answers, slow, refused, mostConnections } = this.#samples;
    const sessionsOf = this.#sessions.count();
    for (const ofClass of Object.values(sessionsOf)) {
      for (let sample = 0; sample < ofClass.length; sample += 1) {
        state.sessions[sample] = (state.sessions[sample] ?? 0) + (ofClass[sample] ?? 0);
      }
    }
    state.users.set(this.#presence.count());
    const { columns, guard, limited, rejectedUploads } = this.#requests;
    const { milliseconds, status, cache, bytesIn, bytesOut } = columns;
    return {
      state,
      sessionsOf,
      answers: { milliseconds, status, cache, bytesIn, bytesOut },
      counts: {
        'failed-logins': guard.failures,
        lockouts: guard.lockouts,
        'rate-limited': limited + this.#intrusions,
        'rejected-uploads': rejectedUploads,
        'token-renewals': this.#sessions.renewals,
        'session-timeouts': this.#sessions.timeouts,
      },
      background: this.#work.done,
      counted: { answers, slow, refused, mostConnections },
      alerts: alertsOfAll(
        systemWatches({ state, counted: this.#samples }, this.#options.scenario, this.#options.parameters),
      ),
    };
  }

  #connections(): number {
    return this.#fixedConnections + this.#work.workers.count + this.#children.count;
  }

  #noteConnections(): void {
    this.#counts.mostConnections = Math.max(this.#counts.mostConnections, this.#connections());
  }

  /** What happens at set times: upkeep, hourly jobs and tunings. */
  #plan(): void {
    const { days, incidents } = this.#options.scenario;
    const plan = [
      ...upkeepOf(days).map(({ at, kind }) => ({ at, happen: () => this.#beginUpkeep(kind) })),
      ...Array.from({ length: days * HOURS_PER_DAY }, (_, hour) => ({
        at: (hour + 0.5) * SECONDS_PER_HOUR,
        happen: () => this.#work.everyHour(),
      })),
      ...incidents.flatMap((incident) =>
        incident.kind === 'tuning'
          ? [{ at: secondsAt(incident.at), happen: () => this.#tune(incident.setting, incident.value) }]
          : [],
      ),
    ].sort((one, other) => one.at - other.at);
    this.#simulation.atInstants(
      plan.map(({ at }) => at),
      (index) => plan[index]?.happen(),
    );
  }

  #beginUpkeep(kind: Upkeep['kind']): void {
    const processes = this.#housekeeping.begin(kind);
    for (let process = 0; process < processes; process += 1) {
      this.#cores.arrive(UPKEEP_TASK);
    }
  }

  #tune(setting: Tuning, value: number): void {
    if (setting === 'connection-pool') {
      this.#connectionPool = value;
    } else if (setting === 'idle-connections') {
      this.#children.keepSpare(value * systemParameter(this.#options.parameters, 'system.workers.spare'));
    } else if (setting === 'query-optimisation') {
      this.#requests.databaseLeft = value;
    } else if (RESTARTS_PAGES.has(setting)) {
      this.#pages.restart();
    }
  }

  #coreTimeOf(task: number): number {
    if (task >= 0) {
      return this.#requests.columns.core[task] ?? 0;
    }
    return task === UPKEEP_TASK
      ? this.#housekeeping.drawCoreTime()
      : this.#work.coreTimeOf(FIRST_JOB_TASK - task);
  }

  #leaveCore(task: number): void {
    if (task >= 0) {
      this.#requests.leaveCore(task);
    } else if (task !== UPKEEP_TASK) {
      this.#work.leaveCore(FIRST_JOB_TASK - task);
    }
  }

  /** Writes the state down as it is after all that happens until the sample's instant. */
  #sample(sample: number): void {
    this.#simulation.run(sample * SAMPLE_SECONDS);
    const { state } = this.#samples;
    const work = this.#cores.busy.integral;
    this.#pages.expire(this.#simulation.now);
    this.#samples.count(sample, this.#counts);
    this.#counts.reset(this.#connections());
    state['busy-workers'][sample] = this.#children.busy;
    state.workers[sample] = this.#children.count;
    state.connections[sample] = this.#connections();
    state.waiting[sample] = this.#children.waitingForConnection;
    state.uploads[sample] = this.#uploads.underWay;
    state['upload-megabytes'][sample] = this.#uploads.bytesUnderWay / BYTES_PER_MB;
    state['queued-jobs'][sample] = this.#work.workers.queued;
    state.cpu[sample] = (work - this.#workBefore) / (SAMPLE_SECONDS * this.#options.scenario.server.cores);
    state['cached-pages'][sample] = this.#pages.count;
    state.disk[sample] = this.#housekeeping.disk;
    this.#workBefore = work;
  }
}
