import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** A file cannot be written; the message says why. */
export class FileError extends Error {
  override readonly name = 'FileError';

  constructor(path: string, cause: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    super(`${path} cannot be written (${code}).`, { cause });
  }
}

/**
 * Writes a file so that it is there whole or not at all: under another name first. An existing file is replaced.
 *
 * @param pieces what is written, one after the other
 * @throws {FileError} when it cannot be written
 */
export function writeWholeFile(path: string, pieces: Iterable<string>): void {
  const draft = `${path}.${process.pid}.part`;
  try {
    const file = openSync(draft, 'w');
    try {
      for (const piece of pieces) {
        writeAll(file, Buffer.from(piece));
      }
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new FileError(path, error);
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(file, bytes, written);
  }
}
