import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { LINE_FORMATS } from '../record/lanes.ts';
import { LineCounts } from './counts.ts';
import { syncDirectory } from './directory.ts';
import { readLines } from './line-reader.ts';
import { importToken, PARTIAL_ENDING, SEALED_ENDING, type SealedSegment } from './segment.ts';

const CHUNK_BYTES = 1024 * 1024;

/**
 * Writes a history as a segment of its own.
 *
 * @returns undefined when it has no lines
 * @throws {SpoolError} `import-name`; else the file system's error
 */
export async function writeHistory(
  directory: string,
  name: string,
  lines: Iterable<string>,
): Promise<SealedSegment | undefined> {
  const token = importToken(name);
  const since = Date.now();
  const partial = join(directory, `${token}${PARTIAL_ENDING}`);
  const path = join(directory, `${token}${SEALED_ENDING}`);
  await writeLines(partial, lines);
  const format = LINE_FORMATS.requests;
  const counts = new LineCounts();
  let rows = 0;
  const bytes = await readLines(partial, format, (line) => {
    rows += 1;
    counts.add(line.tenantId, line.ts ?? since * 1_000, line.bytes);
  });
  if (rows === 0) {
    return undefined;
  }
  await rename(partial, path);
  await syncDirectory(directory);
  return {
    format,
    lane: 'requests',
    position: undefined,
    token,
    path,
    rows,
    bytes,
    since,
    counts: counts.counts,
  };
}

async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  const file = await open(path, 'w');
  try {
    let chunk: string[] = [];
    let size = 0;
    for (const line of lines) {
      chunk.push(line);
      size += line.length;
      if (size >= CHUNK_BYTES) {
        await file.writeFile(chunk.join(''));
        chunk = [];
        size = 0;
      }
    }
    await file.writeFile(chunk.join(''));
    await file.datasync();
  } finally {
    await file.close();
  }
}
