/*
 * What waits in the spool, by lane: which table its lines belong to, and which columns a line has.
 *
 * What always holds: a lane's name stands in the names of its segments, so lines are inserted as the columns they were
 * written as, whichever version wrote them.
 */
import {
  EVENT_COLUMNS,
  REJECTED_COLUMNS,
  REQUEST_COLUMNS,
  REQUEST_COLUMNS_V1,
  SAMPLE_COLUMNS,
  SAMPLE_COLUMNS_V1,
} from './line.ts';

export const LANES = ['requests', 'events', 'rejected', 'samples'] as const;
export type Lane = (typeof LANES)[number];

export interface LineFormat {
  readonly table: string;
  readonly columns: readonly string[];
}

export const LINE_FORMATS: Readonly<Record<Lane, LineFormat>> = {
  requests: { table: 'requests', columns: REQUEST_COLUMNS },
  events: { table: 'events', columns: EVENT_COLUMNS },
  rejected: { table: 'rejected', columns: REJECTED_COLUMNS },
  samples: { table: 'resource_samples', columns: SAMPLE_COLUMNS },
};

/**
 * What stands for a lane in the names of segments: another name for each other set of columns that its lines have had, the
 * one that is written now first.
 */
export const LANE_NAMES: Readonly<Record<Lane, readonly [string, ...string[]]>> = {
  requests: ['requests'],
  events: ['events'],
  rejected: ['rejected'],
  samples: ['samples-2', 'samples'],
};

/** The formats of lines that are not written any more, by the names of their segments. */
export const FORMER_FORMATS: Readonly<Record<string, LineFormat>> = {
  samples: { table: 'resource_samples', columns: SAMPLE_COLUMNS_V1 },
};

/** Segments of the first version name no lane. */
export const FIRST_FORMAT: LineFormat = { table: 'requests', columns: REQUEST_COLUMNS_V1 };
