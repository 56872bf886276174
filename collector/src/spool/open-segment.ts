import type { FileHandle } from 'node:fs/promises';
import { KeyBuffer } from '../duplicates/key-buffer.ts';
import type { Lane } from '../record/lanes.ts';
import type { Line } from '../record/plain-line.ts';
import { LineCounts } from './counts.ts';
import { type Group, type PagePool, Pages } from './pages.ts';

/** The key of the event that a line came from. */
export interface LineKey {
  readonly first: number;
  readonly second: number;
  readonly third: number;
}

/** A segment that still takes lines, or whose lines are not all on disk. */
export class OpenSegment {
  readonly lane: Lane;
  readonly position: number;
  readonly token: string;
  /** When its first line came, epoch milliseconds. */
  readonly since = Date.now();
  readonly lines = new LineCounts();
  rows = 0;
  bytes = 0;
  /** Takes no more lines. */
  sealed = false;
  /** Of the lines that came as events from outside. */
  keys: KeyBuffer | undefined;
  /** Lines not written yet. */
  readonly pending: Pages;
  /** What was written and not synced: if the sync fails it has to be written again. */
  unsynced: Group[] = [];
  /** Bytes written, the unsynced ones among them. */
  written = 0;
  file: FileHandle | undefined;
  /** Whether the directory is known to list the file also after a power cut. */
  listed = false;

  constructor(lane: Lane, position: number, token: string, pool: PagePool) {
    this.lane = lane;
    this.position = position;
    this.token = token;
    this.pending = new Pages(pool);
  }

  /** @returns the line's size in bytes */
  append(line: Line, tenantId: string, ts: number, key: LineKey | undefined): number {
    const bytes = this.pending.append(line);
    this.rows += 1;
    this.bytes += bytes;
    this.lines.add(tenantId, ts, bytes);
    if (key !== undefined) {
      this.keys ??= new KeyBuffer();
      this.keys.push(key.first, key.second, key.third);
    }
    return bytes;
  }

  /** Takes everything that is not surely on disk as not written. */
  takeBack(): void {
    for (const group of this.unsynced.reverse()) {
      this.pending.putBack(group);
      this.written -= group.bytes;
    }
    this.unsynced = [];
  }
}
