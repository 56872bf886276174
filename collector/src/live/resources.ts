import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

const PERCENT = 100;
const MICROSECONDS_PER_MS = 1_000;
const CGROUP_CPU_LIMIT = '/sys/fs/cgroup/cpu.max';

/** What this process uses of what it may use. */
export interface ResourceUse {
  /** Percent of the cores that this process may use, since the reading before. */
  readonly cpu: number;
  /** Resident set as percent of the memory limit: the control group's, else the machine's memory. */
  readonly memory: number;
}

/** Reads the process's own resource use, once per tick. */
export class ResourceMeter {
  readonly #cores = usableCores();
  readonly #memoryLimit = memoryLimit();
  #cpu = process.cpuUsage();
  #at = performance.now();

  read(): ResourceUse {
    const cpu = process.cpuUsage();
    const at = performance.now();
    const spent = cpu.user + cpu.system - this.#cpu.user - this.#cpu.system;
    const possible = (at - this.#at) * MICROSECONDS_PER_MS * this.#cores;
    this.#cpu = cpu;
    this.#at = at;
    return {
      cpu: round(possible > 0 ? Math.min(PERCENT, (spent / possible) * PERCENT) : 0),
      memory: round((process.memoryUsage.rss() / this.#memoryLimit) * PERCENT),
    };
  }
}

/** Cores by affinity, and by the quota of a version 2 control group where there is one ("max 100000", "150000 100000"). */
function usableCores(): number {
  const cores = availableParallelism();
  try {
    const [quota, period] = readFileSync(CGROUP_CPU_LIMIT, 'utf8').trim().split(' ').map(Number);
    return quota !== undefined && period !== undefined && quota > 0 && period > 0
      ? Math.min(cores, quota / period)
      : cores;
  } catch {
    // No control group, or not this operating system: all cores then.
    return cores;
  }
}

/** Bytes. An unlimited control group reports 0 or more than there is. */
function memoryLimit(): number {
  const constrained = process.constrainedMemory();
  const total = totalmem();
  return constrained > 0 && constrained < total ? constrained : total;
}

function round(percent: number): number {
  return Math.round(percent * 10) / 10;
}
