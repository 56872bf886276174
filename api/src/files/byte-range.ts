import type { ByteRange } from './file-store.ts';

const SINGLE_RANGE = /^bytes=\s*(\d*)\s*-\s*(\d*)\s*$/i;

/**
 * What a Range header asks for (RFC 9110, 14.2), of a file with so many bytes.
 *
 * @returns undefined: the whole file, because there is no header, or none that is understood here (several ranges at
 *   once are not); null: no such bytes
 */
export function byteRange(header: string | undefined, size: number): ByteRange | null | undefined {
  const [, first, last] = SINGLE_RANGE.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) {
    return undefined;
  }
  if (first === '') {
    const start = Math.max(0, size - Number(last));
    return start < size ? { start, end: size - 1 } : null;
  }
  if (last !== '' && Number(last) < Number(first)) {
    return undefined;
  }
  const start = Number(first);
  const end = Math.min(last === '' ? Infinity : Number(last), size - 1);
  return start < size ? { start, end } : null;
}
