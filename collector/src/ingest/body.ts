/*
 * The body of a request, read whole within bounds.
 *
 * What always holds: no more is held than the limits say, however well a body is compressed; reading ends within its
 * time; what is held is given back when the request ends.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { IngestLimits } from './limits.ts';
import { IngestProblem } from './problem.ts';

/** Bodies this small may be compressed by any ratio: a page of zeros is no attack. */
const RATIO_FROM_BYTES = 1024 * 1024;
const INFLATED_CHUNK_BYTES = 64 * 1024;
const OVERLOADED_RETRY_SECONDS = 1;

const DECOMPRESSORS: Readonly<Record<string, () => Transform>> = {
  gzip: () => createGunzip({ chunkSize: INFLATED_CHUNK_BYTES }),
  'x-gzip': () => createGunzip({ chunkSize: INFLATED_CHUNK_BYTES }),
  deflate: () => createInflate({ chunkSize: INFLATED_CHUNK_BYTES }),
  br: () => createBrotliDecompress({ chunkSize: INFLATED_CHUNK_BYTES }),
};

/** The bytes of bodies that one process holds. */
export class HeldBytes {
  readonly #limit: number;
  #held = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get held(): number {
    return this.#held;
  }

  /** A share for one request, empty at first. */
  lease(): Lease {
    return new Lease((bytes) => {
      if (bytes > 0 && this.#held + bytes > this.#limit) {
        return false;
      }
      this.#held += bytes;
      return true;
    });
  }
}

/** What one request holds. */
export class Lease {
  readonly #change: (bytes: number) => boolean;
  #bytes = 0;

  constructor(change: (bytes: number) => boolean) {
    this.#change = change;
  }

  /** @throws {IngestProblem} `overloaded` when all requests together would hold too much */
  hold(bytes: number): void {
    if (!this.#change(bytes)) {
      throw new IngestProblem('overloaded', { retryAfterSeconds: OVERLOADED_RETRY_SECONDS });
    }
    this.#bytes += bytes;
  }

  /** Gives everything back; a second call gives nothing. */
  release(): void {
    this.#change(-this.#bytes);
    this.#bytes = 0;
  }
}

/**
 * Reads a body, decompressed.
 *
 * @param lease released by the caller, when it has done with the body
 * @throws {IngestProblem} when it is too large, too well compressed, too slow, cut short, or not what its
 *   Content-Encoding says
 */
export function readBody(message: IncomingMessage, limits: IngestLimits, lease: Lease): Promise<Buffer> {
  const decompressor = decompressorOf(message.headers['content-encoding']);
  if (Number(message.headers['content-length'] ?? 0) > limits.bodyBytes) {
    throw tooLarge(limits.bodyBytes);
  }
  const reading = new BodyReading(limits, lease);
  return reading.read(message, decompressor);
}

function decompressorOf(encoding: string | undefined): Transform | undefined {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') {
    return undefined;
  }
  const make = Object.hasOwn(DECOMPRESSORS, name) ? DECOMPRESSORS[name] : undefined;
  if (make === undefined) {
    throw new IngestProblem('unsupported-content-encoding');
  }
  return make();
}

function tooLarge(bytes: number): IngestProblem {
  return new IngestProblem('body-too-large', {
    detail: `The body is larger than ${bytes} bytes. Send smaller batches.`,
  });
}

/** One body on its way in. */
class BodyReading {
  readonly #limits: IngestLimits;
  readonly #lease: Lease;
  readonly #chunks: Buffer[] = [];
  #sent = 0;
  #length = 0;

  constructor(limits: IngestLimits, lease: Lease) {
    this.#limits = limits;
    this.#lease = lease;
  }

  read(message: IncomingMessage, decompressor: Transform | undefined): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const source: Readable = decompressor ?? message;
      const settle = (): void => {
        clearTimeout(timeout);
        message.off('data', countSent).off('error', broken).off('close', cutShort);
        source.off('data', take).off('end', complete).off('error', broken);
        // What a destroyed stream still has to say is of no interest, but an error without a listener ends the process.
        message.on('error', ignore).unpipe();
        decompressor?.on('error', ignore).destroy();
      };
      const fail = (problem: unknown): void => {
        settle();
        message.pause();
        reject(problem);
      };
      const attempt = (step: () => void): void => {
        try {
          step();
        } catch (problem) {
          fail(problem);
        }
      };
      const countSent = (chunk: Buffer): void => attempt(() => this.#countSent(chunk.length));
      const take = (chunk: Buffer): void => attempt(() => this.#take(chunk, decompressor !== undefined));
      const broken = (cause: unknown): void =>
        fail(new IngestProblem('malformed-body', { detail: BROKEN_DETAIL, cause }));
      const cutShort = (): void => {
        if (!message.complete) {
          broken(undefined);
        }
      };
      const complete = (): void => {
        settle();
        resolve(Buffer.concat(this.#chunks, this.#length));
      };
      const timeout = setTimeout(
        () => fail(new IngestProblem('request-timeout')),
        this.#limits.bodyTimeoutMs,
      );
      message.on('data', countSent).on('error', broken).on('close', cutShort);
      source.on('data', take).on('end', complete).on('error', broken);
      if (decompressor !== undefined) {
        message.pipe(decompressor);
      }
    });
  }

  #countSent(bytes: number): void {
    this.#sent += bytes;
    if (this.#sent > this.#limits.bodyBytes) {
      throw tooLarge(this.#limits.bodyBytes);
    }
  }

  #take(chunk: Buffer, decompressed: boolean): void {
    this.#length += chunk.length;
    if (this.#length > this.#limits.decompressedBytes) {
      throw tooLarge(this.#limits.decompressedBytes);
    }
    if (
      decompressed &&
      this.#length > RATIO_FROM_BYTES &&
      this.#length > this.#sent * this.#limits.compressionRatio
    ) {
      throw new IngestProblem('body-too-large', {
        detail: `The body grows more than ${this.#limits.compressionRatio} times when it is decompressed. Send smaller batches.`,
      });
    }
    this.#lease.hold(chunk.length);
    this.#chunks.push(chunk);
  }
}

const BROKEN_DETAIL = 'The body ended early, or is not compressed as its Content-Encoding says.';

const ignore = (): void => undefined;
