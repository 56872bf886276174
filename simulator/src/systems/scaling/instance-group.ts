import type { Simulation } from '../../engine/simulation.ts';
import { TimeWeighted } from '../../engine/time-weighted.ts';

export interface InstanceGroupOptions {
  /** In service when the run begins. */
  readonly initial: number;
  readonly most: number;
  /** From the order to the first health check, seconds. */
  readonly boot: number;
  readonly health: HealthCheck;
}

/** The load balancer's check of each instance. Seconds and counts. */
export interface HealthCheck {
  readonly interval: number;
  readonly timeout: number;
  readonly healthyAfter: number;
  readonly unhealthyAfter: number;
}

type Phase = 'off' | 'starting' | 'in service';

/** One place for an instance. */
interface Slot {
  phase: Phase;
  /** Counts the instances that were here, so that a check of an earlier one is not taken for this one's. */
  generation: number;
  responds: boolean;
  /** Checks on end that went as the last one. */
  passed: number;
  failed: number;
}

const NO_INSTANCE = -1;

/**
 * Instances behind a load balancer. An ordered instance starts, then passes its health checks, then is in service; one
 * that fails them is taken out of the pool and replaced. An instance that is taken out answers what it has begun.
 * The simulation's unit of time must be the second.
 */
export class InstanceGroup {
  /** Instances in service, over time. */
  readonly inService: TimeWeighted;
  readonly #simulation: Simulation;
  readonly #options: InstanceGroupOptions;
  readonly #slots: readonly Slot[];
  readonly #check: number;
  readonly #timedOut: number;
  #last = NO_INSTANCE;

  constructor(simulation: Simulation, options: InstanceGroupOptions) {
    this.#simulation = simulation;
    this.#options = options;
    this.inService = new TimeWeighted(simulation);
    this.#slots = Array.from({ length: options.most }, () => ({
      phase: 'off',
      generation: 0,
      responds: true,
      passed: 0,
      failed: 0,
    }));
    this.#check = simulation.addKind((place, generation) => this.#checkHealth(place, generation));
    this.#timedOut = simulation.addKind((place, generation) => this.#noteFailure(place, generation));
    for (const [place, slot] of this.#slots.slice(0, options.initial).entries()) {
      slot.phase = 'in service';
      // The checks of instances that started apart do not fall together.
      const first = (options.health.interval * (place + 1)) / (options.initial + 1);
      simulation.schedule(first, this.#check, place, slot.generation);
    }
    this.#count();
    this.inService.resetStatistics();
  }

  /** In service and starting. */
  get size(): number {
    return this.#slots.filter(({ phase }) => phase !== 'off').length;
  }

  /** Where the next request goes, instances in turn; {@link NO_INSTANCE} when none is in service. */
  route(): number {
    const places = this.#slots.length;
    for (let step = 1; step <= places; step += 1) {
      const place = (this.#last + step) % places;
      if (this.#slots[place]?.phase === 'in service') {
        this.#last = place;
        return place;
      }
    }
    return NO_INSTANCE;
  }

  isInService(place: number): boolean {
    return this.#slots[place]?.phase === 'in service';
  }

  /** Whether an instance in service answers, or is broken and not yet noticed. */
  responds(place: number): boolean {
    return this.#slots[place]?.responds === true;
  }

  /** Starts one more instance; nothing happens when there are as many as there may be. */
  launch(): void {
    const place = this.#slots.findIndex(({ phase }) => phase === 'off');
    const slot = this.#slots[place];
    if (slot === undefined) {
      return;
    }
    slot.phase = 'starting';
    slot.generation += 1;
    slot.responds = true;
    slot.passed = 0;
    slot.failed = 0;
    this.#simulation.schedule(this.#options.boot, this.#check, place, slot.generation);
  }

  /** Takes one instance out, the last place first. */
  retire(): void {
    const place = this.#slots.findLastIndex(({ phase }) => phase !== 'off');
    this.#takeOut(place);
  }

  /** An instance breaks: from now on it answers nothing. */
  breakDown(place: number): void {
    const slot = this.#slots[place];
    if (slot !== undefined) {
      slot.responds = false;
    }
  }

  #checkHealth(place: number, generation: number): void {
    const slot = this.#slots[place];
    if (slot === undefined || slot.phase === 'off' || slot.generation !== generation) {
      return;
    }
    this.#simulation.schedule(this.#options.health.interval, this.#check, place, generation);
    if (!slot.responds) {
      this.#simulation.schedule(this.#options.health.timeout, this.#timedOut, place, generation);
      return;
    }
    slot.passed += 1;
    slot.failed = 0;
    if (slot.phase === 'starting' && slot.passed >= this.#options.health.healthyAfter) {
      slot.phase = 'in service';
      this.#count();
    }
  }

  #noteFailure(place: number, generation: number): void {
    const slot = this.#slots[place];
    if (slot === undefined || slot.generation !== generation) {
      return;
    }
    slot.passed = 0;
    slot.failed += 1;
    if (slot.failed >= this.#options.health.unhealthyAfter) {
      this.#takeOut(place);
      this.launch();
    }
  }

  #takeOut(place: number): void {
    const slot = this.#slots[place];
    if (slot !== undefined) {
      slot.phase = 'off';
      slot.generation += 1;
      this.#count();
    }
  }

  #count(): void {
    this.inService.set(this.#slots.filter(({ phase }) => phase === 'in service').length);
  }
}
