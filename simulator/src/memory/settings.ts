import { documented } from '../figures/figures.ts';
import type { DayTime, Incident, Scenario } from '../scenario/scenario.ts';

/** As the document counts: "4.1 GB" is the sum of parts in megabytes that make 4,090. */
export const MEGABYTES_PER_GIGABYTE = 1000;
export const MINUTES_PER_HOUR = 60;
export const MINUTES_PER_DAY = 1440;
/** Minutes that the monitor of the documented system takes its means over: an assumption. */
export const MONITOR_MINUTES = 5;

/** What decides about memory and is set by people, as it stands for a while. */
interface Settings {
  /** Of the machine, MB. */
  readonly limit: number;
  /** Of the database: sizes in MB, connections at most. */
  readonly queryCache: number;
  readonly bufferPool: number;
  readonly sortBuffer: number;
  readonly tempTables: number;
  readonly connectionPool: number;
  /** Share of the database's work that is left after its queries were optimised. */
  readonly queryWork: number;
  /** Share of the garbage that is left after its collection was improved. */
  readonly garbage: number;
  readonly redisNodes: number;
}

/** Minutes `from` to `until`, the second not included, in which nobody changes a setting. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly settings: Settings;
}

/** Minutes since the run's first midnight. */
export function minuteOf({ day, time }: DayTime): number {
  const [hours = Number.NaN, minutes = Number.NaN] = time.split(':').map(Number);
  return (day - 1) * MINUTES_PER_DAY + hours * MINUTES_PER_HOUR + minutes;
}

/** A run of this many minutes, cut where the scenario changes a setting. */
export function stretchesOf(scenario: Scenario, minutes: number): Stretch[] {
  const changes = scenario.incidents
    .flatMap((incident) => {
      const changed = changeOf(incident);
      return changed === undefined ? [] : [changed];
    })
    .sort((one, other) => one.minute - other.minute);
  const stretches: Stretch[] = [];
  let settings = firstSettings(scenario);
  let from = 0;
  for (const { minute, change } of changes) {
    const until = Math.min(Math.max(minute, from), minutes);
    if (until > from) {
      stretches.push({ from, until, settings });
    }
    settings = { ...settings, ...change };
    from = until;
  }
  stretches.push({ from, until: minutes, settings });
  return stretches;
}

/** Settings of the database before they are tuned are documented together with the tuning. */
function firstSettings({ server }: Scenario): Settings {
  return {
    limit: server.memoryGb * MEGABYTES_PER_GIGABYTE,
    queryCache: documented('tuning.query-cache.before'),
    bufferPool: documented('tuning.buffer-pool.before') * MEGABYTES_PER_GIGABYTE,
    sortBuffer: documented('tuning.sort-buffer.before'),
    tempTables: documented('tuning.temp-tables.before'),
    connectionPool: server.connectionPool,
    queryWork: 1,
    garbage: 1,
    redisNodes: 1,
  };
}

interface Change {
  readonly minute: number;
  readonly change: Partial<Settings>;
}

function changeOf(incident: Incident): Change | undefined {
  switch (incident.kind) {
    case 'memory-limit':
      return { minute: minuteOf(incident.at), change: { limit: incident.gb * MEGABYTES_PER_GIGABYTE } };
    case 'tuning':
      return { minute: minuteOf(incident.at), change: tuned(incident) };
    default:
      return undefined;
  }
}

function tuned({ setting, value }: Extract<Incident, { kind: 'tuning' }>): Partial<Settings> {
  switch (setting) {
    case 'query-cache':
      return { queryCache: value };
    case 'buffer-pool':
      return { bufferPool: value * MEGABYTES_PER_GIGABYTE };
    case 'connection-pool':
      return { connectionPool: value };
    case 'sort-buffer':
      return { sortBuffer: value };
    case 'temp-tables':
      return { tempTables: value };
    case 'query-optimisation':
      return { queryWork: value };
    case 'garbage-collection':
      return { garbage: value };
    case 'redis-cluster':
      return { redisNodes: value };
    case 'idle-connections':
      // The memory of a connection is counted where there is one.
      return {};
  }
}
