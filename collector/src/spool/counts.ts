import type { Lane } from '../record/lanes.ts';

const MICROSECONDS_PER_HOUR = 3_600_000_000;
const SECONDS_PER_HOUR = 3_600;

interface HourCount {
  readonly rows: number;
  readonly bytes: number;
}

/** Lines by tenant and hour (UTC) of their time, as epoch seconds of its beginning. */
export type Counts = ReadonlyMap<string, ReadonlyMap<number, HourCount>>;

/** What a segment holds of which lane; samples belong to the tenant `''`. */
export interface Counted {
  readonly lane: Lane;
  readonly counts: Counts;
}

interface Open {
  rows: number;
  bytes: number;
}

/** Counts lines as they come. Lines of one tenant and hour in a row cost next to nothing. */
export class LineCounts {
  readonly #tenants = new Map<string, Map<number, Open>>();
  #tenantId: string | undefined;
  #hours: Map<number, Open> = new Map();
  #hour = Number.NaN;
  #open: Open = { rows: 0, bytes: 0 };

  get counts(): Counts {
    return this.#tenants;
  }

  /** @param ts epoch microseconds */
  add(tenantId: string, ts: number, bytes: number): void {
    const hour = Math.floor(ts / MICROSECONDS_PER_HOUR) * SECONDS_PER_HOUR;
    if (tenantId !== this.#tenantId) {
      this.#tenantId = tenantId;
      this.#hours = this.#tenants.get(tenantId) ?? this.#begin(tenantId);
      this.#hour = Number.NaN;
    }
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#open = this.#hours.get(hour) ?? beginHour(this.#hours, hour);
    }
    this.#open.rows += 1;
    this.#open.bytes += bytes;
  }

  #begin(tenantId: string): Map<number, Open> {
    const hours = new Map<number, Open>();
    this.#tenants.set(tenantId, hours);
    return hours;
  }
}

/** A tenant's bytes. */
export function bytesOf(counts: Counts, tenantId: string): number {
  let bytes = 0;
  for (const hour of counts.get(tenantId)?.values() ?? []) {
    bytes += hour.bytes;
  }
  return bytes;
}

function beginHour(hours: Map<number, Open>, hour: number): Open {
  const open = { rows: 0, bytes: 0 };
  hours.set(hour, open);
  return open;
}
