import { readdir, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import {
  formatOf,
  importNameOf,
  OPEN_ENDING,
  PARTIAL_ENDING,
  SEALED_ENDING,
  type SealedSegment,
} from './segment.ts';

const NEWLINE = 0x0a;

/**
 * Makes what an earlier process left in a spool directory ready to be sent, in order: cuts the torn last line of
 * open segments and seals them, and removes imports that were never complete.
 *
 * @returns segments of recorded requests with positions from 1, then imports
 */
export async function recoverSegments(directory: string): Promise<SealedSegment[]> {
  const recorded: Omit<SealedSegment, 'position'>[] = [];
  const imports: Omit<SealedSegment, 'position'>[] = [];
  for (const file of (await readdir(directory)).sort()) {
    const path = join(directory, file);
    if (file.endsWith(PARTIAL_ENDING)) {
      await rm(path);
    } else if (file.endsWith(OPEN_ENDING) || file.endsWith(SEALED_ENDING)) {
      const segment = await recoverSegment(directory, file);
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
): Promise<Omit<SealedSegment, 'position'> | undefined> {
  const found = join(directory, file);
  const token = file.slice(0, file.lastIndexOf('.'));
  const format = formatOf(token);
  if (format === undefined) {
    // Of a later version: not ours to send, and not ours to remove.
    return undefined;
  }
  const content = await readFile(found);
  const bytes = content.lastIndexOf(NEWLINE) + 1;
  if (bytes === 0) {
    await rm(found);
    return undefined;
  }
  if (bytes < content.length) {
    await truncate(found, bytes);
  }
  const path = join(directory, `${token}${SEALED_ENDING}`);
  const since = (await stat(found)).birthtimeMs;
  if (path !== found) {
    await rename(found, path);
  }
  return { format, token, path, rows: lines(content.subarray(0, bytes)), bytes, since };
}

function lines(content: Buffer): number {
  let count = 0;
  for (let at = content.indexOf(NEWLINE); at !== -1; at = content.indexOf(NEWLINE, at + 1)) {
    count += 1;
  }
  return count;
}
