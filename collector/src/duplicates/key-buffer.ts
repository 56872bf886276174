import { KEY_BYTES } from './event-key.ts';

const WORDS = 3;
const FIRST_KEYS = 256;

/** The keys of one segment's lines, in the form that the key log keeps them. */
export class KeyBuffer {
  #words = new Uint32Array(FIRST_KEYS * WORDS);
  #used = 0;

  push(first: number, second: number, third: number): void {
    if (this.#used + WORDS > this.#words.length) {
      const wider = new Uint32Array(this.#words.length * 2);
      wider.set(this.#words);
      this.#words = wider;
    }
    this.#words[this.#used] = first;
    this.#words[this.#used + 1] = second;
    this.#words[this.#used + 2] = third;
    this.#used += WORDS;
  }

  get size(): number {
    return this.#used / WORDS;
  }

  /** The keys, {@link KEY_BYTES} bytes each; a view, not a copy. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#words.buffer, 0, this.size * KEY_BYTES);
  }
}
