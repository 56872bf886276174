import { deflateSync } from 'node:zlib';

/** Files as they are uploaded, for tests. */

/**
 * A PDF that readers open.
 *
 * @param bytes it is filled up to with a stream of noise; the smallest there is unless given
 * @param extra put among its objects
 */
export function pdf({ bytes = 0, extra = '' }: { bytes?: number; extra?: string } = {}): Buffer {
  const head = '%PDF-1.4\n%\xe2\xe3\xcf\xd3\n';
  const objects =
    '1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n' +
    '2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n' +
    '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n' +
    extra;
  const end = 'xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n9\n%%EOF\n';
  const around = '4 0 obj\n<< /Length 00000000 >>\nstream\n\nendstream\nendobj\n';
  const noise = Math.max(0, bytes - head.length - objects.length - end.length - around.length);
  const stream =
    noise === 0
      ? Buffer.alloc(0)
      : Buffer.concat([
          Buffer.from(`4 0 obj\n<< /Length ${String(noise).padStart(8, '0')} >>\nstream\n`),
          noiseOf(noise),
          Buffer.from('\nendstream\nendobj\n'),
        ]);
  return Buffer.concat([Buffer.from(head + objects, 'latin1'), stream, Buffer.from(end)]);
}

/** Bytes that look like compressed ones, always the same. */
function noiseOf(bytes: number): Buffer {
  const noise = Buffer.alloc(bytes);
  let state = 1;
  for (let i = 0; i < bytes; i += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    noise[i] = state >>> 16;
  }
  return noise;
}

/** A grey PNG. */
export function png(width = 2, height = 2): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const rows = Math.min(height, 4) * (Math.min(width, 4) + 1);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(Buffer.alloc(rows))),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

/** The check sum of PNG and ZIP (ISO 3309). */
function crc32(bytes: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
    }
  }
  return ~crc >>> 0;
}

/** A JPEG with a thumbnail of its own in front, as cameras write them, so that its size is not in its first bytes. */
export function jpeg(width = 16, height = 8): Buffer {
  const segment = (marker: number, data: readonly number[]) => [
    0xff,
    marker,
    (data.length + 2) >> 8,
    (data.length + 2) & 0xff,
    ...data,
  ];
  const thumbnail = [0xff, 0xd8, 0xff, 0xd9];
  return Buffer.from([
    ...[0xff, 0xd8],
    ...segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...segment(0xe1, [...Buffer.from('Exif\0\0'), ...thumbnail, ...Buffer.alloc(20_000)]),
    ...segment(0xc0, [8, height >> 8, height & 0xff, width >> 8, width & 0xff, 1, 1, 0x11, 0]),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    ...[0x12, 0xff, 0x00, 0x34, 0xff, 0xd0, 0x56],
    ...[0xff, 0xd9],
  ]);
}

/** A lossless WebP's outside. */
export function webp(width = 16, height = 8): Buffer {
  const body = Buffer.alloc(20);
  body[0] = 0x2f;
  body.writeUInt32LE((width - 1) | ((height - 1) << 14), 1);
  const file = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBPVP8L\0\0\0\0'), body]);
  file.writeUInt32LE(file.length - 8, 4);
  file.writeUInt32LE(body.length, 16);
  return file;
}

/** An empty ZIP archive. */
export function emptyZip(): Buffer {
  return Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
}
