/** What is known of a group of instances after each minute. */
export interface MinuteSample {
  /** Share of the live instances' cores that was busy, 0 to 1. */
  readonly cpu: number;
  /** Share of the live instances' memory that was in use, 0 to 1. */
  readonly memory: number;
  /** Mean time to answer, milliseconds; 0 when nothing was answered. */
  readonly responseMs: number;
  /** Jobs that wait. */
  readonly queued: number;
  /** Requests of the minute. */
  readonly requests: number;
}

type ScalingMetric = keyof MinuteSample;

/** Holds when the metric was beyond the threshold in each of the last minutes. */
export interface ScalingRule {
  readonly metric: ScalingMetric;
  readonly beyond: 'above' | 'below';
  readonly threshold: number;
  readonly minutes: number;
}

/** Any rule of a direction is enough, as each is an alarm of its own; growth wins over shrinking. */
export interface ScalingPolicy {
  readonly least: number;
  readonly most: number;
  readonly out: readonly ScalingRule[];
  readonly in: readonly ScalingRule[];
  /** From one change to the next, minutes. */
  readonly cooldown: number;
}

/** One instance more or one less. */
export interface ScalingOrder {
  /** Minutes since the start of the run. */
  readonly minute: number;
  readonly change: 1 | -1;
  /** The rule that held. */
  readonly rule: ScalingRule;
}

/** Follows a group of instances minute by minute, and orders instances by a policy. */
export class Autoscaler {
  readonly #policy: ScalingPolicy;
  readonly #rules: readonly ScalingRule[];
  /** Of each rule, for how many minutes on end it was breached. */
  readonly #breached: number[];
  #minute = 0;
  #lastOrder = Number.NEGATIVE_INFINITY;

  constructor(policy: ScalingPolicy) {
    this.#policy = policy;
    this.#rules = [...policy.out, ...policy.in];
    this.#breached = this.#rules.map(() => 0);
  }

  /**
   * To be asked once a minute.
   *
   * @param instances live ones and those that are starting
   * @returns what to do now, or null
   */
  decide(sample: MinuteSample, instances: number): ScalingOrder | null {
    this.#minute += 1;
    for (const [index, rule] of this.#rules.entries()) {
      this.#breached[index] = isBeyond(rule, sample) ? (this.#breached[index] ?? 0) + 1 : 0;
    }
    if (this.#minute - this.#lastOrder < this.#policy.cooldown) {
      return null;
    }
    const { least, most } = this.#policy;
    const out = this.#holding(this.#policy.out);
    if (out !== undefined) {
      return instances < most ? this.#order(1, out) : null;
    }
    const shrink = this.#holding(this.#policy.in);
    return shrink !== undefined && instances > least ? this.#order(-1, shrink) : null;
  }

  #holding(rules: readonly ScalingRule[]): ScalingRule | undefined {
    return rules.find((rule) => (this.#breached[this.#rules.indexOf(rule)] ?? 0) >= rule.minutes);
  }

  #order(change: 1 | -1, rule: ScalingRule): ScalingOrder {
    this.#lastOrder = this.#minute;
    return { minute: this.#minute, change, rule };
  }
}

function isBeyond({ metric, beyond, threshold }: ScalingRule, sample: MinuteSample): boolean {
  return beyond === 'above' ? sample[metric] > threshold : sample[metric] < threshold;
}
