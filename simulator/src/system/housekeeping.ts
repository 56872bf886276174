import type { Parameters } from '../calibration/parameter.ts';
import type { RandomStream } from '../random/stream.ts';
import { systemParameter } from './parameters.ts';
import type { Upkeep } from './upkeep.ts';
import { lognormalTable } from './variation.ts';

/** Processes of a snapshot (dump and compression) and what each takes of a core, seconds: assumptions. */
const SNAPSHOT_PROCESSES = 2;
const SNAPSHOT_CPU = 60;
/** A health check and a security audit keep all cores busy, each for this long, seconds: assumptions. */
const CHECK_CPU = 150;
const AUDIT_CPU = 300;
const VARIATION = lognormalTable(0.15);

/** System, application and database as they are found on day 1, GB: an assumption beside the documented 4.5 of the database. */
const FIRST_DISK = 30;
/** What a request leaves in logs and in the application's monitor, GB: an assumption. */
const DISK_PER_REQUEST = 200e-6;

/** The machine's own tasks, and the disk that they and the requests fill. */
export class Housekeeping {
  readonly #cores: number;
  readonly #snapshotSize: number;
  readonly #stream: RandomStream;
  #snapshots = 0;
  #requests = 0;
  #coreTime = 0;

  constructor(cores: number, parameters: Parameters, stream: RandomStream) {
    this.#cores = cores;
    this.#snapshotSize = systemParameter(parameters, 'system.disk.snapshot');
    this.#stream = stream;
  }

  /** Disk in use, GB. */
  get disk(): number {
    return FIRST_DISK + this.#requests * DISK_PER_REQUEST + this.#snapshots;
  }

  /** A request was answered and logged. */
  log(): void {
    this.#requests += 1;
  }

  /** Begins a task. @returns how many processes want a core; what each takes is asked of {@link drawCoreTime} */
  begin(kind: Upkeep['kind']): number {
    switch (kind) {
      case 'snapshot':
        this.#snapshots += this.#snapshotSize * this.#factor();
        this.#coreTime = SNAPSHOT_CPU;
        return SNAPSHOT_PROCESSES;
      case 'health-check':
        // It keeps the last snapshot only.
        this.#snapshots = this.#snapshotSize;
        this.#coreTime = CHECK_CPU;
        return this.#cores;
      case 'security-audit':
        this.#coreTime = AUDIT_CPU;
        return this.#cores;
    }
  }

  /** Seconds of one core that a process of the task begun last takes. */
  drawCoreTime(): number {
    return this.#coreTime * this.#factor();
  }

  #factor(): number {
    return VARIATION[Math.floor(this.#stream.next() * VARIATION.length)] ?? 1;
  }
}
