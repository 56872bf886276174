const FIRST_VISITS = 4096;
const FIRST_REQUESTS = 32_768;

/**
 * Visits and their requests in columns: the requests of a visit lie one after the other, in the order of their
 * times. Nothing is taken out again. It grows by doubling.
 */
export class VisitLog {
  visits = 0;
  requests = 0;
  /** Of each request: index in `ACTIONS`; time since the visit's start, microseconds; page or word, 0 for none. */
  action = new Uint8Array(FIRST_REQUESTS);
  offset = new Float64Array(FIRST_REQUESTS);
  item = new Uint16Array(FIRST_REQUESTS);
  /** Of each visit: index of its first request (and, one further, the end of the last); 1 on a mobile device. */
  from = new Int32Array(FIRST_VISITS + 1);
  mobile = new Uint8Array(FIRST_VISITS);

  /**
   * Begins another visit, which the requests that follow belong to.
   *
   * @returns its number
   */
  open(mobile: boolean): number {
    const visit = this.visits;
    if (visit === this.mobile.length) {
      this.from = grown(this.from, new Int32Array(2 * visit + 1));
      this.mobile = grown(this.mobile, new Uint8Array(2 * visit));
    }
    this.mobile[visit] = mobile ? 1 : 0;
    this.visits = visit + 1;
    this.from[this.visits] = this.requests;
    return visit;
  }

  add(action: number, offset: number, item: number): void {
    const request = this.requests;
    if (request === this.action.length) {
      this.action = grown(this.action, new Uint8Array(2 * request));
      this.offset = grown(this.offset, new Float64Array(2 * request));
      this.item = grown(this.item, new Uint16Array(2 * request));
    }
    this.action[request] = action;
    this.offset[request] = offset;
    this.item[request] = item;
    this.requests = request + 1;
    this.from[this.visits] = this.requests;
  }

  sizeOf(visit: number): number {
    return (this.from[visit + 1] ?? 0) - (this.from[visit] ?? 0);
  }

  /** From the first to the last request, microseconds. */
  durationOf(visit: number): number {
    return this.offset[(this.from[visit + 1] ?? 0) - 1] ?? 0;
  }

  clear(): void {
    this.visits = 0;
    this.requests = 0;
  }
}

function grown<Column extends { set(values: Column): void }>(small: Column, large: Column): Column {
  large.set(small);
  return large;
}
