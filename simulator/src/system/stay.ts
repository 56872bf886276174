import { SAMPLE_SECONDS } from '../run/month-run.ts';

/** How many are there at each sample, from when each comes and goes: only what changes is written down. */
export class Stays {
  readonly #changes: Float32Array;

  /** @param samples length of the result */
  constructor(samples: number) {
    this.#changes = new Float32Array(samples + 1);
  }

  /** Somebody is there from one time until another, seconds. */
  add(from: number, until: number): void {
    this.#change(from, 1);
    this.#change(until, -1);
  }

  /** The number at each sample: those who came at it or before, and go after it. */
  count(): Float32Array {
    const changes = this.#changes;
    const counts = new Float32Array(changes.length - 1);
    let present = 0;
    for (let sample = 0; sample < counts.length; sample += 1) {
      present += changes[sample] ?? 0;
      counts[sample] = present;
    }
    return counts;
  }

  #change(at: number, by: number): void {
    const sample = Math.min(Math.ceil(at / SAMPLE_SECONDS), this.#changes.length - 1);
    this.#changes[sample] = (this.#changes[sample] ?? 0) + by;
  }
}

/** People count as present for this long after a request, seconds. */
const PRESENT_AFTER = 300;

/** People with a request under way or a recent one. */
export class Presence {
  readonly #stays: Stays;
  readonly #since: Float64Array;
  readonly #until: Float64Array;

  constructor(people: number, samples: number) {
    this.#stays = new Stays(samples);
    this.#since = new Float64Array(people);
    this.#until = new Float64Array(people).fill(Number.NEGATIVE_INFINITY);
  }

  /** Somebody has a request under way from one time until another, seconds; calls in the order of `from`. */
  note(person: number, from: number, until: number): void {
    if (from > (this.#until[person] ?? 0)) {
      this.#close(person);
      this.#since[person] = from;
    }
    this.#until[person] = Math.max(this.#until[person] ?? 0, until + PRESENT_AFTER);
  }

  /** The number of people at each sample. To be called once, at the end. */
  count(): Float32Array {
    for (let person = 0; person < this.#since.length; person += 1) {
      this.#close(person);
    }
    return this.#stays.count();
  }

  #close(person: number): void {
    const until = this.#until[person] ?? Number.NEGATIVE_INFINITY;
    if (until !== Number.NEGATIVE_INFINITY) {
      this.#stays.add(this.#since[person] ?? 0, until);
    }
  }
}
