import type { Answers } from '../run/month-run.ts';

/** Answers as they are filled in, and what a request needs until it is answered; an entry a request. */
export class RequestColumns implements Answers {
  readonly milliseconds: Float32Array;
  readonly status: Uint16Array;
  readonly cache: Uint8Array;
  readonly bytesIn: Uint32Array;
  readonly bytesOut: Uint32Array;
  /** Files that it brings. */
  readonly files: Uint8Array;
  /** How long they are sent, seconds. */
  readonly sending: Float32Array;
  /** By how much it takes longer than the mean of its kind. */
  readonly factor: Float32Array;
  /** Its time on a core, and what it waits for after that, seconds. */
  readonly core: Float32Array;
  readonly wait: Float32Array;

  constructor(requests: number) {
    this.milliseconds = new Float32Array(requests);
    this.status = new Uint16Array(requests);
    this.cache = new Uint8Array(requests);
    this.bytesIn = new Uint32Array(requests);
    this.bytesOut = new Uint32Array(requests);
    this.files = new Uint8Array(requests);
    this.sending = new Float32Array(requests);
    this.factor = new Float32Array(requests);
    this.core = new Float32Array(requests);
    this.wait = new Float32Array(requests);
  }
}
