import { CpuShare } from '../resources/cpu-share.ts';
import { resourceLimits } from '../resources/limits.ts';

const PERCENT = 100;

/** What this process uses of what it may use. */
export interface ResourceUse {
  /** Percent of the cores that this process may use, since the reading before. */
  readonly cpu: number;
  /** Resident set as percent of the memory limit: the control group's, else the machine's memory. */
  readonly memory: number;
}

/** Reads the process's own resource use, once per tick. */
export class ResourceMeter {
  readonly #limits = resourceLimits();
  readonly #cpu = new CpuShare(this.#limits.cores);

  read(): ResourceUse {
    return {
      cpu: percent(this.#cpu.read()),
      memory: percent(process.memoryUsage.rss() / this.#limits.memory),
    };
  }
}

/** To one decimal. */
function percent(share: number): number {
  return Math.round(share * PERCENT * 10) / 10;
}
