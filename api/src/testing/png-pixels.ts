import { inflateSync } from 'node:zlib';

/** A picture, four bytes a pixel: red, green, blue, opacity. */
export interface Pixels {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

const SIGNATURE_BYTES = 8;
const CHUNK_FRAME_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
const BYTES_A_PIXEL = 4;
const EIGHT_BIT_RGBA = '8 6';

/**
 * Reads a PNG of eight bits a colour, with opacity, not interlaced, as a browser would show it.
 *
 * @throws {Error} for any other kind
 */
export function pngPixels(file: Buffer): Pixels {
  const header = file.subarray(SIGNATURE_BYTES + CHUNK_HEAD_BYTES);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const kind = `${header[8]} ${header[9]}`;
  if (kind !== EIGHT_BIT_RGBA) {
    throw new Error(`This PNG has another format: ${kind}.`);
  }
  const rows = inflateSync(Buffer.concat(dataChunks(file)));
  const stride = width * BYTES_A_PIXEL;
  const data = new Uint8ClampedArray(stride * height);
  for (let row = 0; row < height; row += 1) {
    const filter = rows[row * (stride + 1)] ?? 0;
    for (let at = 0; at < stride; at += 1) {
      const place = row * stride + at;
      const left = at < BYTES_A_PIXEL ? 0 : (data[place - BYTES_A_PIXEL] ?? 0);
      const above = row === 0 ? 0 : (data[place - stride] ?? 0);
      const corner = row === 0 || at < BYTES_A_PIXEL ? 0 : (data[place - stride - BYTES_A_PIXEL] ?? 0);
      const written = rows[row * (stride + 1) + 1 + at] ?? 0;
      data[place] = (written + predicted(filter, left, above, corner)) & 0xff;
    }
  }
  return { data, width, height };
}

function dataChunks(file: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = SIGNATURE_BYTES; at < file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + CHUNK_HEAD_BYTES) === 'IDAT') {
      chunks.push(file.subarray(at + CHUNK_HEAD_BYTES, at + CHUNK_HEAD_BYTES + length));
    }
    at += length + CHUNK_FRAME_BYTES;
  }
  return chunks;
}

/** What a byte was told apart from: the five filters of PNG (RFC 2083, section 6). */
function predicted(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4: {
      const guess = left + above - corner;
      const byLeft = Math.abs(guess - left);
      const byAbove = Math.abs(guess - above);
      const byCorner = Math.abs(guess - corner);
      return byLeft <= byAbove && byLeft <= byCorner ? left : byAbove <= byCorner ? above : corner;
    }
    default:
      return 0;
  }
}
