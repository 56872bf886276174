/*
 * Checks a picture as it passes: that it is whole, and that it is not larger than who shows it can bear. Nothing of it is
 * decoded: its size stands in its header.
 */
import { type ProblemError, problem } from '../../errors/problem.ts';
import { JpegReader } from './jpeg.ts';
import type { Inspector } from './kind.ts';
import { Tail } from './tail.ts';

/** Width or height. */
const MOST_PIXELS_A_SIDE = 10_000;
/** Of the whole picture: decoded, each takes four bytes. */
const MOST_PIXELS = 40_000_000;

/** Width and height in pixels. */
export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** How pictures of one format are read. */
interface Format {
  see(chunk: Buffer): void;
  /** Undefined when it has none. */
  dimensions(): Dimensions | undefined;
  /** Whether its end has come. */
  isWhole(): boolean;
}

export type ImageFormat = 'jpeg' | 'png' | 'webp';

export class ImageInspector implements Inspector {
  readonly #format: Format;

  constructor(format: ImageFormat) {
    this.#format = { jpeg: () => new JpegReader(), png: () => new PngReader(), webp: () => new WebpReader() }[
      format
    ]();
  }

  see(chunk: Buffer): void {
    this.#format.see(chunk);
  }

  end(): void {
    const dimensions = this.#format.dimensions();
    if (dimensions === undefined || !this.#format.isWhole()) {
      throw damaged();
    }
    const { width, height } = dimensions;
    if (width === 0 || height === 0) {
      throw damaged();
    }
    if (Math.max(width, height) > MOST_PIXELS_A_SIDE || width * height > MOST_PIXELS) {
      throw problem('file-too-large', {
        detail:
          `The picture has ${width} × ${height} pixels. At most ${MOST_PIXELS_A_SIDE} a side and ` +
          `${MOST_PIXELS / 1e6} million in all are taken: make it smaller.`,
      });
    }
  }
}

function damaged(): ProblemError {
  return problem('file-damaged', { detail: 'The picture is not whole. Save it again, and send that.' });
}

const LARGEST_HEADER_BYTES = 32;

/** The first bytes. */
class Head {
  #bytes: Buffer = Buffer.alloc(0);

  see(chunk: Buffer): void {
    if (this.#bytes.length < LARGEST_HEADER_BYTES) {
      this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(0, LARGEST_HEADER_BYTES)]);
    }
  }

  /** Undefined when there are not enough. */
  get bytes(): Buffer | undefined {
    return this.#bytes.length < LARGEST_HEADER_BYTES ? undefined : this.#bytes;
  }
}

const PNG_FIRST_CHUNK = 'IHDR';
const PNG_END = Buffer.from('\0\0\0\0IEND\xae\x42\x60\x82', 'latin1');

/** PNG (ISO/IEC 15948): its size is in the first chunk, and its last one is always the same. */
class PngReader implements Format {
  readonly #head = new Head();
  readonly #tail = new Tail(PNG_END.length);

  see(chunk: Buffer): void {
    this.#head.see(chunk);
    this.#tail.see(chunk);
  }

  dimensions(): Dimensions | undefined {
    const { bytes } = this.#head;
    return bytes?.toString('latin1', 12, 16) === PNG_FIRST_CHUNK
      ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
      : undefined;
  }

  isWhole(): boolean {
    return this.#tail.content.equals(PNG_END);
  }
}

const RIFF_HEADER_BYTES = 8;

/** WebP (RFC 9649): a RIFF file, which says how long it is. */
class WebpReader implements Format {
  readonly #head = new Head();
  #bytes = 0;

  see(chunk: Buffer): void {
    this.#head.see(chunk);
    this.#bytes += chunk.length;
  }

  dimensions(): Dimensions | undefined {
    const { bytes } = this.#head;
    switch (bytes?.toString('latin1', 12, 16)) {
      case 'VP8X':
        return { width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) };
      case 'VP8 ':
        return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
      case 'VP8L': {
        const bits = bytes.readUInt32LE(21);
        return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
      }
      default:
        return undefined;
    }
  }

  isWhole(): boolean {
    const said = this.#head.bytes?.readUInt32LE(4);
    return said !== undefined && said + RIFF_HEADER_BYTES === this.#bytes;
  }
}
