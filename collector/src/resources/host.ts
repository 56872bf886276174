import { readFile } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';

const BYTES_PER_KIB = 1024;
const STAT = '/proc/stat';
const MEMORY = '/proc/meminfo';

/** Time that all cores spent since the host started, in any unit. */
interface CpuTimes {
  readonly busy: number;
  readonly all: number;
}

export interface HostMemory {
  /** Bytes that are neither free nor could be freed at once. */
  readonly used: number;
  /** Bytes. */
  readonly total: number;
}

/** How much of all its cores the host uses. */
export class HostCpu {
  #last: CpuTimes | undefined;

  /** From 0 to 1, since the reading before; 0 the first time. */
  async read(): Promise<number> {
    const times = await cpuTimes();
    const last = this.#last ?? times;
    this.#last = times;
    const all = times.all - last.all;
    return all > 0 ? Math.min(1, Math.max(0, (times.busy - last.busy) / all)) : 0;
  }
}

/** Linux tells what could be freed at once; elsewhere only what is free counts as free. */
export async function hostMemory(): Promise<HostMemory> {
  const text = await textOf(MEMORY);
  const total = kibibytes(text, 'MemTotal') ?? totalmem();
  const available = kibibytes(text, 'MemAvailable') ?? freemem();
  return { used: Math.max(0, total - available), total };
}

async function cpuTimes(): Promise<CpuTimes> {
  const [line = ''] = (await textOf(STAT)).split('\n');
  // cpu user nice system idle iowait irq softirq steal (guest times are part of user's): proc(5).
  const times = line.split(/\s+/).slice(1, 9).map(Number);
  if (line.startsWith('cpu ') && times.length >= 4) {
    const all = times.reduce((sum, time) => sum + time, 0);
    const [, , , idle = 0, waiting = 0] = times;
    return { busy: all - idle - waiting, all };
  }
  let busy = 0;
  let all = 0;
  for (const { times: core } of cpus()) {
    const used = core.user + core.nice + core.sys + core.irq;
    busy += used;
    all += used + core.idle;
  }
  return { busy, all };
}

function kibibytes(text: string, name: string): number | undefined {
  const [, amount] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * BYTES_PER_KIB;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Not Linux: the operating system is asked by Node's own means.
    return '';
  }
}
