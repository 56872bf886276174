import { Column, Pool } from '../../engine/pool.ts';
import { Resource } from '../../engine/resource.ts';
import { Simulation } from '../../engine/simulation.ts';
import { logNormal } from '../../random/distributions.ts';
import { createStream, type RandomStream } from '../../random/stream.ts';
import { arriveHourly } from '../arrivals.ts';
import type { ScalingOrder } from '../scaling/autoscaler.ts';
import { ScaledInstances } from '../scaling/scaled-instances.ts';
import { KSP } from './assumptions.ts';
import { drawEndpoint, ENDPOINTS } from './endpoints.ts';
import { Measurements } from './measurements.ts';
import type { KspScenario } from './scenario.ts';
import { DAYS, HOURS_PER_DAY, type Tenant, tenants } from './tenants.ts';

const MINUTE = 60;
const HOUR = 3600;
const END = DAYS * HOURS_PER_DAY * HOUR;
const MS = 0.001;
const MB_PER_KB = 0.001;
/** In the place of an endpoint. */
const RENDERING = -1;
/** The document has no health check; this is what a load balancer does unless told otherwise. */
const HEALTH = { interval: 30, timeout: 5, healthyAfter: 2, unhealthyAfter: 3 };

export interface KspRun {
  readonly tenants: readonly Tenant[];
  readonly measurements: Measurements;
  readonly orders: readonly ScalingOrder[];
}

/** A month of all tenants on one group of instances: calls are answered at once, renderings wait for a renderer. */
export function simulateKsp(scenario: KspScenario, seed: number, replication: number): KspRun {
  return new Month(scenario, seed, replication).run();
}

class Month {
  readonly #simulation = new Simulation();
  readonly #tenants: readonly Tenant[];
  readonly #measurements: Measurements;
  readonly #instances: ScaledInstances;
  readonly #renderers: Resource;
  readonly #stream: (purpose: string) => RandomStream;
  readonly #calls: RandomStream;
  readonly #renderings: RandomStream;

  /** Of each call and rendering that is under way. */
  readonly #jobs = new Pool();
  readonly #tenant = new Column();
  readonly #endpoint = new Column();
  readonly #startedAt = new Column();
  readonly #work = new Column();
  readonly #place = new Column();
  /** Renderings that run, by instance. */
  readonly #running: Int32Array;

  #answered = 0;
  #answeredMs = 0;

  constructor({ load, policy }: KspScenario, seed: number, replication: number) {
    const simulation = this.#simulation;
    this.#stream = (purpose) => createStream(seed, `ksp/${purpose}`, replication);
    this.#calls = this.#stream('calls');
    this.#renderings = this.#stream('renderings');
    this.#tenants = tenants(load);
    this.#measurements = new Measurements(this.#tenants.length);
    this.#running = new Int32Array(policy.most);
    this.#instances = new ScaledInstances(simulation, {
      policy,
      initial: policy.least,
      boot: KSP.boot.value,
      health: HEALTH,
      cores: KSP.cores.value,
      work: (job) => this.#work.get(job),
      onDeparture: (job) => this.#finish(job),
    });
    this.#renderers = new Resource(simulation, {
      units: policy.least * KSP.renderers.value,
      onGrant: (job) => this.#render(job),
    });
  }

  run(): KspRun {
    const simulation = this.#simulation;
    for (const [index, tenant] of this.#tenants.entries()) {
      arriveHourly(simulation, this.#stream(`calls/${index}`), tenant.calls, () => this.#call(index));
      arriveHourly(simulation, this.#stream(`renderings/${index}`), tenant.renderings, () =>
        this.#askForRendering(index),
      );
    }
    const minute = simulation.addKind(() => {
      simulation.schedule(MINUTE, minute);
      this.#endMinute();
    });
    simulation.schedule(MINUTE, minute);
    simulation.run(END);
    return {
      tenants: this.#tenants,
      measurements: this.#measurements,
      orders: this.#instances.orders,
    };
  }

  #begin(tenant: number, endpoint: number): number {
    const job = this.#jobs.take();
    this.#tenant.set(job, tenant);
    this.#endpoint.set(job, endpoint);
    this.#startedAt.set(job, this.#simulation.now);
    return job;
  }

  #call(tenant: number): void {
    const endpoint = drawEndpoint(this.#calls);
    const { meanMs = 0, errors = 0 } = ENDPOINTS[endpoint] ?? {};
    const job = this.#begin(tenant, endpoint);
    const seconds = logNormal(this.#calls, meanMs * MS, KSP.callVariation.value);
    if (this.#calls.next() < errors) {
      this.#measurements.errors[endpoint] = (this.#measurements.errors[endpoint] ?? 0) + 1;
    }
    this.#add(this.#measurements.usage[tenant]?.calls, 1);
    this.#work.set(job, seconds * KSP.cpuShare.value);
    this.#instances.arrive(this.#instances.group.route(), job);
  }

  #askForRendering(tenant: number): void {
    const job = this.#begin(tenant, RENDERING);
    this.#work.set(job, logNormal(this.#renderings, KSP.renderingCpu.value, KSP.renderingVariation.value));
    this.#add(this.#measurements.usage[tenant]?.renderings, 1);
    this.#renderers.acquire(job);
  }

  /** A rendering goes to the instance in service that has the fewest. */
  #render(job: number): void {
    let place = 0;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [candidate, running] of this.#running.entries()) {
      if (running < fewest && this.#instances.group.isInService(candidate)) {
        place = candidate;
        fewest = running;
      }
    }
    this.#running[place] = (this.#running[place] ?? 0) + 1;
    this.#place.set(job, place);
    this.#startedAt.set(job, this.#simulation.now);
    this.#instances.arrive(place, job);
  }

  /** The core is done with a job. */
  #finish(job: number): void {
    const usage = this.#measurements.usage[this.#tenant.get(job)];
    const seconds = this.#work.get(job);
    if (usage !== undefined) {
      usage.cpuHours += seconds / HOUR;
    }
    if (this.#endpoint.get(job) === RENDERING) {
      this.#finishRendering(job);
    } else {
      this.#finishCall(job, seconds);
    }
  }

  #finishRendering(job: number): void {
    const usage = this.#measurements.usage[this.#tenant.get(job)];
    const place = this.#place.get(job);
    if (usage !== undefined) {
      usage.gbHours += (KSP.renderingGb.value * (this.#simulation.now - this.#startedAt.get(job))) / HOUR;
    }
    this.#add(usage?.transfer, KSP.renderingMb.value);
    this.#running[place] = (this.#running[place] ?? 0) - 1;
    this.#jobs.release(job);
    this.#renderers.release();
  }

  /** The database's part follows, for which nobody waits in line. */
  #finishCall(job: number, coreSeconds: number): void {
    const atDatabase = coreSeconds * (1 / KSP.cpuShare.value - 1);
    const milliseconds = (this.#simulation.now - this.#startedAt.get(job) + atDatabase) / MS;
    const usage = this.#measurements.usage[this.#tenant.get(job)];
    this.#add(usage?.transfer, KSP.callKb.value * MB_PER_KB);
    this.#measurements.responses[this.#endpoint.get(job)]?.record(milliseconds);
    this.#answered += 1;
    this.#answeredMs += milliseconds;
    this.#jobs.release(job);
  }

  /** To what a tenant used in this hour. */
  #add(hours: Uint32Array | Float64Array | undefined, amount: number): void {
    const hour = Math.floor(this.#simulation.now / HOUR);
    if (hours !== undefined) {
      hours[hour] = (hours[hour] ?? 0) + amount;
    }
  }

  #endMinute(): void {
    const { inService } = this.#instances.group;
    const instances = inService.value;
    const queued = this.#renderers.waiting.value;
    const responseMs = this.#answered > 0 ? this.#answeredMs / this.#answered : 0;
    const gigabytes = instances * KSP.idleGb.value + this.#renderers.held.value * KSP.renderingGb.value;
    const cpu = this.#instances.endMinute({
      memory: gigabytes / (instances * KSP.memoryGb.value),
      responseMs,
      queued,
      requests: this.#answered,
    });
    this.#measurements.cpu.push(cpu);
    this.#measurements.instances.push(instances);
    this.#measurements.queued.push(queued);
    this.#measurements.responseMs.push(responseMs);
    this.#answered = 0;
    this.#answeredMs = 0;
    this.#renderers.resize(inService.value * KSP.renderers.value);
  }
}
