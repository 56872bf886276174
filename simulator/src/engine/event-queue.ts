const FIRST_CAPACITY = 64;
/** Children of a node in the heap: four lie in one cache line of times, and the heap is half as deep as with two. */
const WIDTH_BITS = 2;
const WIDTH = 1 << WIDTH_BITS;
/** An event's whole numbers, side by side: kind, two payloads, and its place in the heap. */
const FIELD_BITS = 2;
const A = 1;
const B = 2;
/** Of an event that waits; of a free slot: the next free one. */
const PLACE = 3;
const NONE = -1;

/**
 * Events in the order of their times; those of equal times in the order in which they were scheduled. A heap of four
 * children a node (Johnson 1975) on typed arrays: no object is made for an event, and memory grows by doubling.
 *
 * What was taken out last leaves its place at the root open: the next event scheduled is put there, as nearly every
 * event schedules another. So the pair costs one descent instead of a descent and a climb.
 */
export class EventQueue {
  /** What the event taken out last is: its kind and its payloads. */
  kind = 0;
  a = 0;
  b = 0;

  /** In a typed array, as a field with fractions would take memory at each change. */
  readonly #at = new Float64Array(1);
  #times = new Float64Array(FIRST_CAPACITY);
  #slots = new Int32Array(FIRST_CAPACITY);
  #fields = new Int32Array(FIRST_CAPACITY << FIELD_BITS);
  /** By slot: which of two events of equal time was scheduled first. */
  #orders = new Float64Array(FIRST_CAPACITY);
  /** Places in use, with the open root. */
  #length = 0;
  #rootIsOpen = false;
  #firstFree = NONE;
  /** Slots ever used. */
  #used = 0;
  #order = 0;
  /** Counts up to zero: all that are scheduled first of their instant precede all others. */
  #firstOrder = Number.MIN_SAFE_INTEGER;

  /** Time of the event taken out last. */
  get at(): number {
    return this.#at[0] ?? 0;
  }

  /** Events that wait. */
  get size(): number {
    return this.#rootIsOpen ? this.#length - 1 : this.#length;
  }

  /** The time of the next event; Infinity when there is none. */
  get nextAt(): number {
    this.#closeRoot();
    return this.#length > 0 ? (this.#times[0] ?? 0) : Number.POSITIVE_INFINITY;
  }

  /**
   * @param at any number but NaN
   * @returns a handle, for {@link move} and {@link remove}; good until the event is taken out, then used again
   */
  push(at: number, kind: number, a: number, b: number): number {
    this.#order += 1;
    return this.#insert(at, this.#order, kind, a, b);
  }

  /** As {@link push}; taken out before all events of the same time that were not scheduled so. */
  pushFirst(at: number, kind: number, a: number, b: number): number {
    this.#firstOrder += 1;
    return this.#insert(at, this.#firstOrder, kind, a, b);
  }

  /**
   * Takes out the next event, when its time is `limit` at most; what it is stands in `at`, `kind`, `a` and `b`.
   *
   * @returns whether there was one
   */
  pop(limit: number): boolean {
    this.#closeRoot();
    const at = this.#times[0] ?? 0;
    if (this.#length === 0 || at > limit) {
      return false;
    }
    const fields = this.#fields;
    const field = (this.#slots[0] ?? 0) << FIELD_BITS;
    this.#at[0] = at;
    this.kind = fields[field] ?? 0;
    this.a = fields[field + A] ?? 0;
    this.b = fields[field + B] ?? 0;
    this.#rootIsOpen = true;
    return true;
  }

  /** Gives an event that waits another time. It comes after those that were scheduled for that time before. */
  move(handle: number, at: number): void {
    this.#closeRoot();
    this.#order += 1;
    this.#orders[handle] = this.#order;
    const place = this.#fields[(handle << FIELD_BITS) + PLACE] ?? 0;
    this.#times[place] = at;
    this.#settle(place);
  }

  /** Takes out an event that waits. */
  remove(handle: number): void {
    this.#closeRoot();
    const place = this.#fields[(handle << FIELD_BITS) + PLACE] ?? 0;
    this.#release(handle);
    this.#length -= 1;
    if (place < this.#length) {
      this.#fill(place);
      this.#settle(place);
    }
  }

  /** Returns the slot. Times go from array to array: as arguments of functions they would take memory each time. */
  #insert(at: number, order: number, kind: number, a: number, b: number): number {
    const wasOpen = this.#rootIsOpen;
    const place = wasOpen ? 0 : this.#length;
    const slot = wasOpen ? (this.#slots[0] ?? 0) : this.#take();
    const fields = this.#fields;
    const field = slot << FIELD_BITS;
    fields[field] = kind;
    fields[field + A] = a;
    fields[field + B] = b;
    this.#orders[slot] = order;
    this.#times[place] = at;
    this.#slots[place] = slot;
    if (wasOpen) {
      this.#rootIsOpen = false;
      this.#descend(0);
    } else {
      this.#length += 1;
      this.#climb(place);
    }
    return slot;
  }

  /** Puts the last event at the root, if one was taken from there. */
  #closeRoot(): void {
    if (this.#rootIsOpen) {
      this.#rootIsOpen = false;
      this.#release(this.#slots[0] ?? 0);
      this.#length -= 1;
      if (this.#length > 0) {
        this.#fill(0);
        this.#descend(0);
      }
    }
  }

  /** Puts the event after the last place at another. */
  #fill(place: number): void {
    this.#times[place] = this.#times[this.#length] ?? 0;
    this.#slots[place] = this.#slots[this.#length] ?? 0;
  }

  /** Moves the event at a place up or down to where it belongs. */
  #settle(place: number): void {
    if (place > 0 && this.#precedes(place, (place - 1) >> WIDTH_BITS)) {
      this.#climb(place);
    } else {
      this.#descend(place);
    }
  }

  #climb(from: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const fields = this.#fields;
    const orders = this.#orders;
    const at = times[from] ?? 0;
    const slot = slots[from] ?? 0;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> WIDTH_BITS;
      const above = times[parent] ?? 0;
      const aboveSlot = slots[parent] ?? 0;
      if (above < at || (above === at && (orders[aboveSlot] ?? 0) < (orders[slot] ?? 0))) {
        break;
      }
      times[place] = above;
      slots[place] = aboveSlot;
      fields[(aboveSlot << FIELD_BITS) + PLACE] = place;
      place = parent;
    }
    times[place] = at;
    slots[place] = slot;
    fields[(slot << FIELD_BITS) + PLACE] = place;
  }

  #descend(from: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const fields = this.#fields;
    const orders = this.#orders;
    const length = this.#length;
    const at = times[from] ?? 0;
    const slot = slots[from] ?? 0;
    let place = from;
    for (let child = (place << WIDTH_BITS) + 1; child < length; child = (place << WIDTH_BITS) + 1) {
      const end = Math.min(child + WIDTH, length);
      let first = child;
      let below = times[child] ?? 0;
      for (let other = child + 1; other < end; other += 1) {
        const time = times[other] ?? 0;
        if (time < below || (time === below && this.#precedes(other, first))) {
          first = other;
          below = time;
        }
      }
      const belowSlot = slots[first] ?? 0;
      if (at < below || (at === below && (orders[slot] ?? 0) < (orders[belowSlot] ?? 0))) {
        break;
      }
      times[place] = below;
      slots[place] = belowSlot;
      fields[(belowSlot << FIELD_BITS) + PLACE] = place;
      place = first;
    }
    times[place] = at;
    slots[place] = slot;
    fields[(slot << FIELD_BITS) + PLACE] = place;
  }

  /** Whether the event at one place comes before that at another. */
  #precedes(place: number, other: number): boolean {
    const difference = (this.#times[place] ?? 0) - (this.#times[other] ?? 0);
    return (
      difference < 0 ||
      (difference === 0 &&
        (this.#orders[this.#slots[place] ?? 0] ?? 0) < (this.#orders[this.#slots[other] ?? 0] ?? 0))
    );
  }

  #take(): number {
    const slot = this.#firstFree;
    if (slot !== NONE) {
      this.#firstFree = this.#fields[(slot << FIELD_BITS) + PLACE] ?? NONE;
      return slot;
    }
    if (this.#used === this.#orders.length) {
      this.#grow();
    }
    this.#used += 1;
    return this.#used - 1;
  }

  #release(slot: number): void {
    this.#fields[(slot << FIELD_BITS) + PLACE] = this.#firstFree;
    this.#firstFree = slot;
  }

  #grow(): void {
    const capacity = this.#orders.length * 2;
    const times = new Float64Array(capacity);
    times.set(this.#times);
    this.#times = times;
    const slots = new Int32Array(capacity);
    slots.set(this.#slots);
    this.#slots = slots;
    const fields = new Int32Array(capacity << FIELD_BITS);
    fields.set(this.#fields);
    this.#fields = fields;
    const orders = new Float64Array(capacity);
    orders.set(this.#orders);
    this.#orders = orders;
  }
}
