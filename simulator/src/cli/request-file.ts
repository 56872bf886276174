import { closeSync, openSync, writeSync } from 'node:fs';
import type { SimulatedRequest } from '../workload/request.ts';

const LINES_PER_WRITE = 2000;

/** The file of requests cannot be written; the message says why. */
export class RequestFileError extends Error {
  override readonly name = 'RequestFileError';
}

/**
 * Writes one request a line (NDJSON), in the order given. An existing file is replaced.
 *
 * @param progress told how many of how many requests are written
 * @throws {RequestFileError} when the file cannot be opened or written
 */
export function writeRequestFile(
  path: string,
  requests: readonly SimulatedRequest[],
  progress: (written: number, total: number) => void,
): void {
  try {
    const file = openSync(path, 'w');
    try {
      for (let first = 0; first < requests.length; first += LINES_PER_WRITE) {
        const lines = requests
          .slice(first, first + LINES_PER_WRITE)
          .map((request) => `${JSON.stringify(request)}\n`);
        writeAll(file, Buffer.from(lines.join('')));
        progress(Math.min(first + LINES_PER_WRITE, requests.length), requests.length);
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new RequestFileError(`${path} cannot be written (${code}).`, { cause: error });
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(file, bytes, written);
  }
}
