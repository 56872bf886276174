import type { Measured, Simulation } from './simulation.ts';

/** Numbers with fractions lie in a typed array: in fields of their own each change would take memory. */
const SINCE = 0;
const CHANGED = 1;
const AREA = 2;
const ABOVE = 3;
const NUMBERS = 4;

/**
 * A value that stays the same between events, and its statistics over time: each value counts for as long as it lasted.
 */
export class TimeWeighted implements Measured {
  readonly #simulation: Simulation;
  readonly #level: number;
  readonly #numbers = new Float64Array(NUMBERS);
  #value = 0;
  #max = 0;

  /** @param level for {@link timeAtOrAbove}; none unless given */
  constructor(simulation: Simulation, level = Number.POSITIVE_INFINITY) {
    this.#simulation = simulation;
    this.#level = level;
    this.resetStatistics();
  }

  /** What it is now. */
  get value(): number {
    return this.#value;
  }

  /** It changes now. */
  set(value: number): void {
    this.#advance();
    this.#value = value;
    if (value > this.#max) {
      this.#max = value;
    }
  }

  /** Over the time since the last reset; what it is now, when no time has passed. */
  get mean(): number {
    const elapsed = this.#simulation.now - (this.#numbers[SINCE] ?? 0);
    return elapsed > 0 ? this.integral / elapsed : this.#value;
  }

  /** Value times time since the last reset. */
  get integral(): number {
    this.#advance();
    return this.#numbers[AREA] ?? 0;
  }

  /** The greatest since the last reset. */
  get max(): number {
    return this.#max;
  }

  /** Time since the last reset during which it was the level or more. */
  get timeAtOrAbove(): number {
    this.#advance();
    return this.#numbers[ABOVE] ?? 0;
  }

  resetStatistics(): void {
    const { now } = this.#simulation;
    this.#numbers[SINCE] = now;
    this.#numbers[CHANGED] = now;
    this.#numbers[AREA] = 0;
    this.#numbers[ABOVE] = 0;
    this.#max = this.#value;
  }

  /** Counts the value until now. */
  #advance(): void {
    const numbers = this.#numbers;
    const value = this.#value;
    const { now } = this.#simulation;
    const elapsed = now - (numbers[CHANGED] ?? 0);
    numbers[CHANGED] = now;
    numbers[AREA] = (numbers[AREA] ?? 0) + value * elapsed;
    if (value >= this.#level) {
      numbers[ABOVE] = (numbers[ABOVE] ?? 0) + elapsed;
    }
  }
}

/** Two values taken together. */
export class TimeWeightedSum {
  readonly #one: TimeWeighted;
  readonly #other: TimeWeighted;

  constructor(one: TimeWeighted, other: TimeWeighted) {
    this.#one = one;
    this.#other = other;
  }

  get value(): number {
    return this.#one.value + this.#other.value;
  }

  get mean(): number {
    return this.#one.mean + this.#other.mean;
  }

  get integral(): number {
    return this.#one.integral + this.#other.integral;
  }
}
