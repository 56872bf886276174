import type { Dimensions } from './image.ts';

const MARKER = 0xff;
const START_OF_IMAGE = 0xd8;
const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;
const FIRST_FRAME = 0xc0;
const LAST_FRAME = 0xcf;
/** In the range of frames, but tables: Huffman, a reserved one, arithmetic coding. */
const NOT_FRAMES: readonly number[] = [0xc4, 0xc8, 0xcc];
const LENGTH_BYTES = 2;
/** Of a frame: length, precision, height, width. */
const FRAME_BYTES = 7;

type State = 'marker' | 'segment' | 'skipping' | 'scan' | 'ended';

/** Reads the segments of a JPEG (ITU-T T.81, annex B) as they pass: its size, and whether its end comes. */
export class JpegReader {
  #state: State = 'marker';
  #marker = 0;
  /** The beginning of a segment, until there is enough of it. */
  #segment: number[] = [];
  #toSkip = 0;
  #previous = 0;
  #dimensions: Dimensions | undefined;

  see(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#state !== 'ended') {
      at = this.#state === 'scan' ? this.#scan(chunk, at) : this.#step(chunk, at);
    }
  }

  dimensions(): Dimensions | undefined {
    return this.#dimensions;
  }

  /** What follows the end is not looked at: cameras put things there. */
  isWhole(): boolean {
    return this.#state === 'ended';
  }

  /** Compressed data, in which no marker can be but that of a restart or of a next segment. */
  #scan(chunk: Buffer, from: number): number {
    if (this.#previous === MARKER) {
      const byte = chunk[from] ?? 0;
      this.#previous = byte;
      if (byte === END_OF_IMAGE) {
        this.#state = 'ended';
      } else if (byte === START_OF_SCAN || (byte > 0 && byte < 0xd0)) {
        this.#begin(byte);
      }
      return from + 1;
    }
    const at = chunk.indexOf(MARKER, from);
    this.#previous = at < 0 ? 0 : MARKER;
    return at < 0 ? chunk.length : at + 1;
  }

  #step(chunk: Buffer, at: number): number {
    if (this.#state === 'skipping') {
      const skipped = Math.min(this.#toSkip, chunk.length - at);
      this.#toSkip -= skipped;
      if (this.#toSkip === 0) {
        this.#state = this.#marker === START_OF_SCAN ? 'scan' : 'marker';
        this.#previous = 0;
      }
      return at + skipped;
    }
    const byte = chunk[at] ?? 0;
    if (this.#state === 'segment') {
      this.#readSegment(byte);
    } else if (this.#previous === MARKER && byte !== MARKER) {
      this.#begin(byte);
    } else {
      this.#previous = byte;
    }
    return at + 1;
  }

  #begin(marker: number): void {
    this.#previous = 0;
    if (marker === END_OF_IMAGE) {
      this.#state = 'ended';
    } else if (marker !== START_OF_IMAGE && marker !== 0) {
      this.#marker = marker;
      this.#segment = [];
      this.#state = 'segment';
    }
  }

  #readSegment(byte: number): void {
    this.#segment.push(byte);
    const [high = 0, low = 0, , height = 0, heightLow = 0, width = 0, widthLow = 0] = this.#segment;
    const read = this.#segment.length;
    const isFrame =
      this.#marker >= FIRST_FRAME && this.#marker <= LAST_FRAME && !NOT_FRAMES.includes(this.#marker);
    if (read < (isFrame ? FRAME_BYTES : LENGTH_BYTES)) {
      return;
    }
    if (isFrame) {
      this.#dimensions = { height: height * 256 + heightLow, width: width * 256 + widthLow };
    }
    this.#toSkip = Math.max(0, high * 256 + low - read);
    this.#state = 'skipping';
    if (this.#toSkip === 0) {
      this.#state = this.#marker === START_OF_SCAN ? 'scan' : 'marker';
    }
  }
}
