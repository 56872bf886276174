/*
 * One process a spool directory, held by a lock file that names its owner.
 *
 * What always holds: a lock whose owner lives is never taken. An owner is told from a later process of the same
 * number (in a container, number 1 is always taken) by the time at which it started. Processes of another host or
 * container cannot be asked for: their lock counts as held for as long as its time of change is kept fresh.
 */
import { randomUUID } from 'node:crypto';
import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { SpoolError } from './spool-error.ts';

const LOCK_FILE = 'lock';
/** In /proc/<pid>/stat, counted after the command's closing parenthesis: clock ticks since boot. */
const START_TIME_FIELD = 19;
const REFRESH_MS = 5_000;
const FOREIGN_STALE_MS = 30_000;

const ownerShape = z.object({ pid: z.number(), host: z.string(), started: z.string(), holder: z.string() });
type Owner = z.infer<typeof ownerShape>;

/**
 * Takes the directory for this process.
 *
 * @returns what gives it back
 * @throws {SpoolError} `spool-in-use` when a living process holds it
 */
export function lockDirectory(directory: string): () => void {
  const path = join(directory, LOCK_FILE);
  const mine: Owner = {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
    holder: randomUUID(),
  };
  const content = JSON.stringify(mine);
  if (!create(path, content)) {
    removeStale(path, directory);
    if (!create(path, content)) {
      throw inUse(directory, read(path));
    }
  }
  const refresh = setInterval(() => touch(path, content), REFRESH_MS);
  refresh.unref();
  return () => {
    clearInterval(refresh);
    if (readText(path) === content) {
      unlinkSync(path);
    }
  };
}

function create(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      return false;
    }
    throw error;
  }
}

function removeStale(path: string, directory: string): void {
  const before = readText(path);
  const owner = read(path);
  if (owner !== undefined && isAlive(owner, path)) {
    throw inUse(directory, owner);
  }
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return;
    }
    throw error;
  }
  try {
    // Somebody else may have removed the stale lock and made a new one in between: put theirs back.
    if (readText(aside) !== before) {
      linkSync(aside, path);
      throw inUse(directory, read(path));
    }
  } finally {
    rmSync(aside, { force: true });
  }
}

function isAlive(owner: Owner, path: string): boolean {
  if (owner.host !== hostname()) {
    return Date.now() - statSync(path).mtimeMs < FOREIGN_STALE_MS;
  }
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') {
      return false;
    }
  }
  return owner.started === '' || startOf(owner.pid) === owner.started;
}

/** What sets a process apart from another with its number: its start time, empty where there is no /proc. */
function startOf(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME_FIELD] ?? '';
}

function touch(path: string, content: string): void {
  if (readText(path) === content) {
    const now = new Date();
    utimesSync(path, now, now);
  }
}

function read(path: string): Owner | undefined {
  try {
    return ownerShape.safeParse(JSON.parse(readText(path) ?? '')).data;
  } catch {
    // A lock cut short by a crash names nobody, so nobody holds it.
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function inUse(directory: string, owner: Owner | undefined): SpoolError {
  const who = owner === undefined ? 'another process' : `process ${owner.pid} on ${owner.host}`;
  return new SpoolError(
    'spool-in-use',
    `The spool directory ${directory} is in use by ${who}. Stop it, or give this process a directory of its own. ` +
      'If no such process exists, remove the file "lock" there (it goes stale by itself after half a minute on another host).',
  );
}
