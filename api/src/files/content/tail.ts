/** The last bytes of a stream, in a buffer that does not grow. */
export class Tail {
  readonly #most: number;
  readonly #buffer: Buffer;
  #length = 0;

  /** @param most how many bytes are kept */
  constructor(most: number) {
    this.#most = most;
    // Twice as large, so that what is kept is moved to the front only now and then.
    this.#buffer = Buffer.allocUnsafe(2 * most);
  }

  see(chunk: Buffer): void {
    const last = chunk.subarray(-this.#most);
    if (this.#length + last.length > this.#buffer.length) {
      this.#buffer.copyWithin(0, this.#length - this.#most, this.#length);
      this.#length = this.#most;
    }
    last.copy(this.#buffer, this.#length);
    this.#length += last.length;
  }

  get content(): Buffer {
    return this.#buffer.subarray(Math.max(0, this.#length - this.#most), this.#length);
  }
}
