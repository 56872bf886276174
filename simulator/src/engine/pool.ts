const FIRST_CAPACITY = 16;

/** One number for each id of a pool. */
export class Column {
  #values = new Float64Array(FIRST_CAPACITY);

  /** 0 for an id that was never given a number. */
  get(id: number): number {
    return this.#values[id] ?? 0;
  }

  set(id: number, value: number): void {
    if (id >= this.#values.length) {
      this.#grow(id);
    }
    this.#values[id] = value;
  }

  #grow(id: number): void {
    const values = new Float64Array(2 * Math.max(id, this.#values.length));
    values.set(this.#values);
    this.#values = values;
  }
}

/**
 * Ids for things that come and go, as customers do: whole numbers from 0, the one given back last used first. What is
 * known of them stands in columns; no object is made for a thing.
 */
export class Pool {
  #free = new Int32Array(FIRST_CAPACITY);
  #freeCount = 0;
  #used = 0;

  /** Ids that are taken. */
  get count(): number {
    return this.#used - this.#freeCount;
  }

  /** An id that nothing else has. */
  take(): number {
    if (this.#freeCount > 0) {
      this.#freeCount -= 1;
      return this.#free[this.#freeCount] ?? 0;
    }
    this.#used += 1;
    return this.#used - 1;
  }

  /** Gives an id back, once. Its columns keep their numbers until it is taken and they are set again. */
  release(id: number): void {
    if (this.#freeCount === this.#free.length) {
      this.#grow();
    }
    this.#free[this.#freeCount] = id;
    this.#freeCount += 1;
  }

  #grow(): void {
    const free = new Int32Array(2 * this.#free.length);
    free.set(this.#free);
    this.#free = free;
  }
}
