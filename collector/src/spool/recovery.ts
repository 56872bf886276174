import { readdir, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { LineCounts } from './counts.ts';
import { type Line, readLines } from './line-reader.ts';
import {
  formatOf,
  importNameOf,
  laneOf,
  OPEN_ENDING,
  PARTIAL_ENDING,
  SEALED_ENDING,
  type SealedSegment,
} from './segment.ts';

/**
 * Makes what an earlier process left in a spool directory ready to be sent, in order: cuts the torn last line of
 * open segments and seals them, counts their lines, and removes imports that were never complete.
 *
 * @param onKey told of the key of each line that came as an event, hex digits
 * @returns segments of recorded requests with positions from 1, then imports
 */
export async function recoverSegments(
  directory: string,
  onKey: (key: string) => void,
): Promise<SealedSegment[]> {
  const recorded: Omit<SealedSegment, 'position'>[] = [];
  const imports: Omit<SealedSegment, 'position'>[] = [];
  for (const file of (await readdir(directory)).sort()) {
    const path = join(directory, file);
    if (file.endsWith(PARTIAL_ENDING)) {
      await rm(path);
    } else if (file.endsWith(OPEN_ENDING) || file.endsWith(SEALED_ENDING)) {
      const segment = await recoverSegment(directory, file, onKey);
      if (segment !== undefined) {
        (importNameOf(segment.token) === undefined ? recorded : imports).push(segment);
      }
    }
  }
  return [
    ...recorded.map((segment, index) => ({ ...segment, position: index + 1 })),
    ...imports.map((segment) => ({ ...segment, position: undefined })),
  ];
}

async function recoverSegment(
  directory: string,
  file: string,
  onKey: (key: string) => void,
): Promise<Omit<SealedSegment, 'position'> | undefined> {
  const found = join(directory, file);
  const token = file.slice(0, file.lastIndexOf('.'));
  const format = formatOf(token);
  const lane = laneOf(token);
  if (format === undefined || lane === undefined) {
    // Of a later version: not ours to send, and not ours to remove.
    return undefined;
  }
  const { birthtimeMs: since, size } = await stat(found);
  const lines = new LineCounts();
  let rows = 0;
  const bytes = await readLines(found, format, ({ tenantId, ts, key, bytes: length }: Line) => {
    rows += 1;
    lines.add(tenantId, ts ?? since * 1_000, length);
    if (key !== '') {
      onKey(key);
    }
  });
  if (rows === 0) {
    await rm(found);
    return undefined;
  }
  if (bytes < size) {
    await truncate(found, bytes);
  }
  const path = join(directory, `${token}${SEALED_ENDING}`);
  if (path !== found) {
    await rename(found, path);
  }
  return { format, lane, token, path, rows, bytes, since, counts: lines.counts };
}
