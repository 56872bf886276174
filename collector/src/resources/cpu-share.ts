const MICROSECONDS_PER_MS = 1_000;

/** How much of the cores that it may use the process uses. */
export class CpuShare {
  readonly #cores: number;
  #cpu = process.cpuUsage();
  #at = performance.now();

  /** @param cores that the process may use; may be a fraction */
  constructor(cores: number) {
    this.#cores = cores;
  }

  /** From 0 to 1, since the reading before. */
  read(): number {
    const cpu = process.cpuUsage();
    const at = performance.now();
    const spent = cpu.user + cpu.system - this.#cpu.user - this.#cpu.system;
    const possible = (at - this.#at) * MICROSECONDS_PER_MS * this.#cores;
    this.#cpu = cpu;
    this.#at = at;
    return possible > 0 ? Math.min(1, Math.max(0, spent / possible)) : 0;
  }
}
