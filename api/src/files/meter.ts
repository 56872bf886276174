import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** Counts and hashes what passes through. */
export class Meter {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** The chunks of a stream as they are. */
  async *measure(content: Readable): AsyncGenerator<Buffer> {
    for await (const chunk of content) {
      const bytes: Buffer = chunk;
      this.#hash.update(bytes);
      this.#bytes += bytes.length;
      yield bytes;
    }
  }

  /** SHA-256 of all that passed, hexadecimal. Once. */
  digest(): string {
    return this.#hash.digest('hex');
  }
}
