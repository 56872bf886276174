const FIRST_CAPACITY = 16;

/** Customers who wait, first come first served, each with the time since when and how much they want. A ring that grows. */
export class WaitingLine {
  #customers = new Int32Array(FIRST_CAPACITY);
  #units = new Int32Array(FIRST_CAPACITY);
  #since = new Float64Array(FIRST_CAPACITY);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The first in line; asked only when there is one, like its units and its time. */
  get customer(): number {
    return this.#customers[this.#first] ?? 0;
  }

  get units(): number {
    return this.#units[this.#first] ?? 0;
  }

  get since(): number {
    return this.#since[this.#first] ?? 0;
  }

  push(customer: number, since: number, units = 0): void {
    if (this.#length === this.#customers.length) {
      this.#grow();
    }
    const place = (this.#first + this.#length) & (this.#customers.length - 1);
    this.#customers[place] = customer;
    this.#units[place] = units;
    this.#since[place] = since;
    this.#length += 1;
  }

  /** The first leaves the line. */
  shift(): void {
    this.#first = (this.#first + 1) & (this.#customers.length - 1);
    this.#length -= 1;
  }

  #grow(): void {
    const { length } = this.#customers;
    const customers = new Int32Array(2 * length);
    const units = new Int32Array(2 * length);
    const since = new Float64Array(2 * length);
    for (let index = 0; index < length; index += 1) {
      const place = (this.#first + index) & (length - 1);
      customers[index] = this.#customers[place] ?? 0;
      units[index] = this.#units[place] ?? 0;
      since[index] = this.#since[place] ?? 0;
    }
    this.#customers = customers;
    this.#units = units;
    this.#since = since;
    this.#first = 0;
  }
}
