import type { ColumnType } from 'kysely';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;
/** A `bigint`, so text when read. */
type Minutes = ColumnType<string, bigint, bigint>;

/** From where a probe asks. */
const PROBE_VIEWS = ['inside', 'outside'] as const;
export type ProbeView = (typeof PROBE_VIEWS)[number];

interface UptimeHoursTable {
  hour: Once<Date>;
  view: Once<ProbeView>;
  /** A bit for each minute: the first one's is the lowest. */
  probed: Minutes;
  /** Of those: in which somebody answered. */
  answered: Minutes;
}

/** In which minutes the platform answered. */
export interface UptimeTables {
  uptime_hours: UptimeHoursTable;
}
