import { Simulation } from '../../engine/simulation.ts';
import { Station } from '../../engine/station.ts';
import { exponential, logNormal } from '../../random/distributions.ts';
import { createStream, type RandomStream } from '../../random/stream.ts';
import type { ScalingOrder } from '../scaling/autoscaler.ts';
import { ScaledInstances } from '../scaling/scaled-instances.ts';
import { EDUCOUNSEL } from './assumptions.ts';
import { Dashboards, Edge } from './caches.ts';
import { documented } from './figures.ts';
import { DASHBOARD_HIT, DASHBOARD_MISS, PROGRAMS, STEP, type Step } from './flows.ts';
import { Measurements } from './measurements.ts';
import { People } from './people.ts';
import type { EducounselScenario } from './scenario.ts';

const MINUTE = 60;
const MS = 0.001;

const CORES = documented('instance.cores');
const DATABASE_CORES = documented('database.cores');
const DESIRED = documented('instances.desired');
const EDGE = documented('download.edge') * MS;
const ORIGIN = documented('download.origin') * MS;
const TELL_ALL = EDUCOUNSEL.students.value * EDUCOUNSEL.notification.value * MS;

export interface EducounselRun {
  readonly measurements: Measurements;
  /** All of the run. */
  readonly orders: readonly ScalingOrder[];
  /** In service, after the warm-up: on average and at the end. */
  readonly meanInstances: number;
  readonly lastInstances: number;
}

/** An hour of the system: a closed number of people who think, ask and wait. */
export function simulateEducounsel(
  scenario: EducounselScenario,
  seed: number,
  replication: number,
): EducounselRun {
  return new Hour(scenario, seed, replication).run();
}

class Hour {
  readonly #scenario: EducounselScenario;
  readonly #simulation = new Simulation();
  readonly #measurements = new Measurements();
  readonly #people: People;
  readonly #instances: ScaledInstances;
  readonly #database: Station;
  readonly #worker: Station;
  readonly #edge: Edge;
  readonly #dashboards: Dashboards;
  readonly #goOn: number;
  readonly #ask: number;
  readonly #work: RandomStream;
  readonly #network: RandomStream;

  /** By person, who has one request under way at most. */
  readonly #program: (readonly Step[])[];
  readonly #step: Int32Array;
  readonly #place: Int32Array;
  readonly #markedAt: Float64Array;
  /** Seconds of work at the station where the request is. */
  readonly #demand: Float64Array;
  readonly #megabytes: Float64Array;
  #requests = 0;

  constructor(scenario: EducounselScenario, seed: number, replication: number) {
    const simulation = this.#simulation;
    const stream = (purpose: string) => createStream(seed, `educounsel/${purpose}`, replication);
    const { users, policy, health } = scenario;
    this.#scenario = scenario;
    this.#work = stream('work');
    this.#network = stream('network');
    this.#people = new People(users, seed, replication);
    this.#program = Array.from({ length: users }, () => PROGRAMS.login);
    this.#step = new Int32Array(users);
    this.#place = new Int32Array(users);
    this.#markedAt = new Float64Array(users);
    this.#demand = new Float64Array(users);
    this.#megabytes = new Float64Array(users);

    const work = (person: number): number => this.#demand[person] ?? 0;
    const onDeparture = (person: number): void => this.#takeStep(person);
    this.#instances = new ScaledInstances(simulation, {
      policy,
      initial: DESIRED,
      boot: EDUCOUNSEL.boot.value,
      health,
      cores: CORES,
      work,
      onDeparture,
    });
    this.#database = new Station(simulation, { servers: DATABASE_CORES, service: work, onDeparture });
    this.#worker = new Station(simulation, { service: () => TELL_ALL });
    this.#edge = new Edge(
      {
        files: EDUCOUNSEL.files.value,
        popularity: EDUCOUNSEL.filePopularity.value,
        weeklyDownloads: scenario.weeklyDownloads,
        timeToLive: scenario.edgeTimeToLive,
      },
      stream('edge'),
    );
    this.#dashboards = new Dashboards(EDUCOUNSEL.teacherAccounts.value, scenario.dashboardTimeToLive);
    this.#goOn = simulation.addKind(onDeparture);
    this.#ask = simulation.addKind((person) => this.#begin(person));
  }

  run(): EducounselRun {
    const { users, warmUpMinutes, minutes, breaksAtMinute } = this.#scenario;
    const simulation = this.#simulation;
    for (let person = 0; person < users; person += 1) {
      simulation.schedule(this.#people.pause(), this.#ask, person);
    }
    const minute = simulation.addKind(() => {
      simulation.schedule(MINUTE, minute);
      this.#endMinute();
    });
    simulation.schedule(MINUTE, minute);
    if (breaksAtMinute !== null) {
      const breakDown = simulation.addKind(() => this.#instances.group.breakDown(0));
      simulation.scheduleAt(breaksAtMinute * MINUTE, breakDown);
    }
    simulation.run(warmUpMinutes * MINUTE);
    this.#measurements.isOn = true;
    this.#instances.group.inService.resetStatistics();
    simulation.run((warmUpMinutes + minutes) * MINUTE);
    return {
      measurements: this.#measurements,
      orders: this.#instances.orders,
      meanInstances: this.#instances.group.inService.mean,
      lastInstances: this.#instances.group.inService.value,
    };
  }

  #begin(person: number): void {
    const flow = this.#people.next(person);
    if (flow === 'upload') {
      this.#megabytes[person] = this.#people.file();
    }
    this.#follow(person, PROGRAMS[flow]);
  }

  #follow(person: number, program: readonly Step[]): void {
    this.#program[person] = program;
    this.#step[person] = 0;
    this.#takeStep(person);
  }

  /** Does the next thing for a person's request; whatever takes time comes back here when it is done. */
  #takeStep(person: number): void {
    const index = this.#step[person] ?? 0;
    this.#step[person] = index + 1;
    const step = this.#program[person]?.[index] ?? STEP.answer;
    switch (step) {
      case STEP.mark:
        this.#markedAt[person] = this.#simulation.now;
        this.#takeStep(person);
        break;
      case STEP.travel:
        this.#wait(person, EDUCOUNSEL.roundTrip.value * MS);
        break;
      case STEP.send:
        this.#wait(
          person,
          EDUCOUNSEL.roundTrip.value * MS + (this.#megabytes[person] ?? 0) / EDUCOUNSEL.uplink.value,
        );
        break;
      case STEP.route:
        this.#route(person);
        break;
      case STEP.hashPassword:
        this.#compute(person, EDUCOUNSEL.loginCpu.value * MS);
        break;
      case STEP.checkFile:
        this.#compute(person, EDUCOUNSEL.uploadCpu.value * MS);
        break;
      case STEP.unpack:
        this.#compute(person, EDUCOUNSEL.unpackCpu.value * MS);
        break;
      case STEP.drawPage:
        this.#compute(person, exponential(this.#work, this.#scenario.frameworkCpuMs * MS));
        break;
      case STEP.query:
        this.#query(person, EDUCOUNSEL.query.value * MS);
        break;
      case STEP.countQuery:
        this.#query(person, EDUCOUNSEL.countQuery.value * MS);
        break;
      case STEP.redis:
        this.#wait(person, exponential(this.#network, EDUCOUNSEL.redisRoundTrip.value * MS));
        break;
      case STEP.store:
        this.#wait(
          person,
          EDUCOUNSEL.storageRoundTrip.value * MS +
            (this.#megabytes[person] ?? 0) / EDUCOUNSEL.storageSpeed.value,
        );
        break;
      case STEP.notify:
        this.#notify(person);
        break;
      case STEP.lookUp: {
        const isThere = this.#dashboards.has(this.#people.account[person] ?? 0, this.#simulation.now);
        this.#follow(person, isThere ? DASHBOARD_HIT : DASHBOARD_MISS);
        break;
      }
      case STEP.keep:
        this.#dashboards.store(this.#people.account[person] ?? 0, this.#simulation.now);
        this.#takeStep(person);
        break;
      case STEP.edge:
        this.#download(person);
        break;
      case STEP.measure:
        this.#measure(person);
        this.#takeStep(person);
        break;
      case STEP.answer:
        this.#simulation.schedule(this.#people.pause(), this.#ask, person);
    }
  }

  #wait(person: number, seconds: number): void {
    this.#simulation.schedule(seconds, this.#goOn, person);
  }

  #compute(person: number, seconds: number): void {
    this.#demand[person] = seconds;
    this.#instances.arrive(this.#place[person] ?? 0, person);
  }

  #query(person: number, meanSeconds: number): void {
    this.#demand[person] = exponential(this.#work, meanSeconds);
    this.#database.arrive(person);
  }

  /** A request that no instance answers is an error, and its person goes on to the next. */
  #route(person: number): void {
    this.#requests += 1;
    const place = this.#instances.group.route();
    this.#place[person] = place;
    if (this.#instances.group.responds(place)) {
      this.#takeStep(person);
    } else {
      this.#measurements.errors += 1;
      this.#simulation.schedule(this.#people.pause(), this.#ask, person);
    }
  }

  #notify(person: number): void {
    if (this.#scenario.notifiesInBackground) {
      this.#worker.arrive(person);
      this.#takeStep(person);
    } else {
      this.#wait(person, TELL_ALL);
    }
  }

  #download(person: number): void {
    const isThere = this.#edge.ask(this.#simulation.now);
    const seconds = logNormal(this.#network, isThere ? EDGE : ORIGIN, EDUCOUNSEL.edgeVariation.value);
    this.#measurements.add(isThere ? this.#measurements.edge : this.#measurements.origin, seconds);
    this.#wait(person, seconds);
  }

  #measure(person: number): void {
    const seconds = this.#simulation.now - (this.#markedAt[person] ?? 0);
    const { login, upload, download, cachedDashboard, freshDashboard } = this.#measurements;
    switch (this.#program[person]) {
      case PROGRAMS.login:
        this.#measurements.add(login, seconds);
        break;
      case PROGRAMS.upload:
        this.#measurements.add(upload, seconds);
        break;
      case PROGRAMS.download:
        this.#measurements.add(download, seconds);
        break;
      case DASHBOARD_HIT:
        this.#measurements.add(cachedDashboard, seconds);
        break;
      case DASHBOARD_MISS:
        this.#measurements.add(freshDashboard, seconds);
        break;
    }
  }

  #endMinute(): void {
    const requests = this.#requests;
    this.#requests = 0;
    // The document scales by CPU and requests only.
    const cpu = this.#instances.endMinute({ memory: 0, responseMs: 0, queued: 0, requests });
    this.#measurements.endMinute(cpu, requests);
  }
}
