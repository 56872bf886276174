import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';

const CONTROLLERS = '/sys/fs/cgroup';
const MEMBERSHIP = '/proc/self/cgroup';

/** What a process may use of its host. */
export interface ResourceLimits {
  /** May be a fraction. */
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
}

/** What there is without a limit. */
export interface HostSize {
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
}

/**
 * The smallest of what the host has and what the process's control groups, version 1 or 2, allow, theirs and those
 * above them. Where there are none, another operating system say, what the host has.
 *
 * @param root where the host's files are
 */
export function resourceLimits(
  host: HostSize = { cores: availableParallelism(), memory: totalmem() },
  root = '/',
): ResourceLimits {
  const groups = read(join(root, MEMBERSHIP))
    .split('\n')
    .flatMap((line) => {
      const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
      return controllers === undefined || path === undefined ? [] : [{ controllers, path }];
    });
  let { cores, memory } = host;
  for (const { controllers, path } of groups) {
    const names = controllers.split(',');
    // Version 2 has one group for all, with an empty name; within a container it shows as the root.
    if (controllers === '') {
      for (const directory of upwards(join(root, CONTROLLERS), path)) {
        cores = Math.min(cores, ratio(read(join(directory, 'cpu.max'))));
        memory = Math.min(memory, limit(read(join(directory, 'memory.max'))));
      }
    }
    if (names.includes('memory')) {
      for (const directory of upwards(join(root, CONTROLLERS, 'memory'), path)) {
        memory = Math.min(memory, limit(read(join(directory, 'memory.limit_in_bytes'))));
      }
    }
    if (names.includes('cpu')) {
      for (const directory of upwards(join(root, CONTROLLERS, controllers), path)) {
        const quota = read(join(directory, 'cpu.cfs_quota_us')).trim();
        const period = read(join(directory, 'cpu.cfs_period_us')).trim();
        cores = Math.min(cores, ratio(`${quota} ${period}`));
      }
    }
  }
  return { cores, memory };
}

/** A group's directory and all above it, the root included: each one's limit holds. */
function upwards(base: string, path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '..');
  return [...names.keys(), names.length].map((depth) => join(base, ...names.slice(0, depth)));
}

/** "150000 100000" is one core and a half; "max 100000" and "-1 100000" are no limit. */
function ratio(text: string): number {
  const [quota = Number.NaN, period = Number.NaN] = text.trim().split(/\s+/).map(Number);
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

/** "max" is no limit; version 1 says so by a number that no host has. */
function limit(text: string): number {
  const bytes = Number(text.trim() || Number.NaN);
  return bytes > 0 ? bytes : Number.POSITIVE_INFINITY;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not this version of control groups, or not this operating system.
    return '';
  }
}
