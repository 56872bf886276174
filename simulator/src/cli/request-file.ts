import type { SimulatedRequest } from '../workload/request.ts';
import { writeWholeFile } from './whole-file.ts';

const LINES_PER_WRITE = 2000;

/**
 * Writes one request a line (NDJSON), in the order given. An existing file is replaced.
 *
 * @param progress told how many of how many requests are written
 * @throws {FileError} when the file cannot be written
 */
export function writeRequestFile(
  path: string,
  requests: readonly SimulatedRequest[],
  progress: (written: number, total: number) => void,
): void {
  writeWholeFile(path, chunksOf(requests, progress));
}

function* chunksOf(
  requests: readonly SimulatedRequest[],
  progress: (written: number, total: number) => void,
): Generator<string> {
  for (let first = 0; first < requests.length; first += LINES_PER_WRITE) {
    const lines = requests
      .slice(first, first + LINES_PER_WRITE)
      .map((request) => `${JSON.stringify(request)}\n`);
    yield lines.join('');
    progress(Math.min(first + LINES_PER_WRITE, requests.length), requests.length);
  }
}
