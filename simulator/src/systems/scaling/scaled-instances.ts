import { ProcessorSharing } from '../../engine/processor-sharing.ts';
import type { Simulation } from '../../engine/simulation.ts';
import { Autoscaler, type MinuteSample, type ScalingOrder, type ScalingPolicy } from './autoscaler.ts';
import { type HealthCheck, InstanceGroup } from './instance-group.ts';

const MINUTE = 60;

export interface ScaledInstancesOptions {
  readonly policy: ScalingPolicy;
  /** In service when the run begins. */
  readonly initial: number;
  /** From the order to the first health check, seconds. */
  readonly boot: number;
  readonly health: HealthCheck;
  /** Of an instance, shared evenly by what it works on. */
  readonly cores: number;
  /** Seconds of a core that a customer needs. */
  readonly work: (customer: number) => number;
  readonly onDeparture: (customer: number) => void;
}

/** Instances that are alike, and the autoscaler that follows them minute by minute. Time is in seconds. */
export class ScaledInstances {
  readonly group: InstanceGroup;
  /** All of the run. */
  readonly orders: ScalingOrder[] = [];
  readonly #autoscaler: Autoscaler;
  readonly #cores: number;
  readonly #processors: readonly ProcessorSharing[];
  /** Until the minute before. */
  #coreSeconds = 0;

  constructor(simulation: Simulation, options: ScaledInstancesOptions) {
    const { policy, initial, boot, health, cores, work, onDeparture } = options;
    this.group = new InstanceGroup(simulation, { initial, most: policy.most, boot, health });
    this.#autoscaler = new Autoscaler(policy);
    this.#cores = cores;
    this.#processors = Array.from(
      { length: policy.most },
      () => new ProcessorSharing(simulation, { cores, work, onDeparture }),
    );
  }

  /** A customer comes to the instance at this place. */
  arrive(place: number, customer: number): void {
    this.#processors[place]?.arrive(customer);
  }

  /**
   * Ends a minute: the autoscaler looks at it, and its order is carried out.
   *
   * @returns the share of the cores in service that was busy, 0 to 1; 1 when none is in service
   */
  endMinute(sample: Omit<MinuteSample, 'cpu'>): number {
    const coreSeconds = this.#processors.reduce((sum, { busy }) => sum + busy.integral, 0);
    const available = this.group.inService.value * this.#cores * MINUTE;
    // An instance that was taken out in this minute still worked in it.
    const cpu = available > 0 ? Math.min(1, (coreSeconds - this.#coreSeconds) / available) : 1;
    this.#coreSeconds = coreSeconds;
    const order = this.#autoscaler.decide({ ...sample, cpu }, this.group.size);
    if (order !== null) {
      this.orders.push(order);
      if (order.change > 0) {
        this.group.launch();
      } else {
        this.group.retire();
      }
    }
    return cpu;
  }
}
