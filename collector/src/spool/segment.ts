/*
 * What the files of a spool are called.
 *
 *   <start>-<number>-<instance>-<random>.<lane>.open      being appended to
 *   <start>-<number>-<instance>-<random>.<lane>.sealed    complete, waiting to be sent
 *   history-<name>.partial, history-<name>.sealed         the same for a history given whole
 *
 * The first version's names have no lane and begin with `import-` for histories.
 *
 * What always holds: the name without its ending is the insert token, never used for other rows; names of one
 * directory sort in the order of their rows; a sealed file never changes; the name tells which columns its lines have.
 */
import { randomBytes } from 'node:crypto';
import {
  FIRST_FORMAT,
  FORMER_FORMATS,
  LANE_NAMES,
  LANES,
  type Lane,
  LINE_FORMATS,
  type LineFormat,
} from '../record/lanes.ts';
import type { Counts } from './counts.ts';
import { SpoolError } from './spool-error.ts';

export const OPEN_ENDING = '.open';
export const SEALED_ENDING = '.sealed';
export const PARTIAL_ENDING = '.partial';
const IMPORT_PREFIX = 'history-';
const FIRST_IMPORT_PREFIX = 'import-';
const IMPORT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const START_DIGITS = 14;
const NUMBER_DIGITS = 8;
const RANDOM_BYTES = 4;

/** A complete segment: its file is the payload of one insert. */
export interface SealedSegment {
  readonly format: LineFormat;
  readonly lane: Lane;
  /** Place among the segments that are not imports, from 1; imports have none. */
  readonly position: number | undefined;
  readonly token: string;
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  /** When its first row came, epoch milliseconds. */
  readonly since: number;
  /** Its rows by tenant and hour of their time; counted as they came, or again from the lines after a crash. */
  readonly counts: Counts;
}

/** Gives the tokens of the segments that one process writes. */
export class SegmentTokens {
  readonly #prefix: string;
  readonly #suffix: string;
  #number = 0;

  constructor(instance: string, startedAt: number = Date.now()) {
    this.#prefix = String(startedAt).padStart(START_DIGITS, '0');
    const name = instance.replace(/[^A-Za-z0-9]+/g, '_').slice(0, 40);
    this.#suffix = `${name}-${randomBytes(RANDOM_BYTES).toString('hex')}`;
  }

  next(lane: Lane): string {
    this.#number += 1;
    return `${this.#prefix}-${String(this.#number).padStart(NUMBER_DIGITS, '0')}-${this.#suffix}.${LANE_NAMES[lane][0]}`;
  }
}

/** What the lines of a segment are like; undefined for a lane that only a later version knows. */
export function formatOf(token: string): LineFormat | undefined {
  if (isFirstVersion(token)) {
    return FIRST_FORMAT;
  }
  const lane = laneOf(token);
  return lane && (FORMER_FORMATS[laneNameOf(token)] ?? LINE_FORMATS[lane]);
}

/** Undefined for a lane that only a later version knows. */
export function laneOf(token: string): Lane | undefined {
  if (isFirstVersion(token) || token.startsWith(IMPORT_PREFIX)) {
    return 'requests';
  }
  const name = laneNameOf(token);
  return LANES.find((lane) => LANE_NAMES[lane].includes(name));
}

function laneNameOf(token: string): string {
  return token.slice(token.indexOf('.') + 1);
}

function isFirstVersion(token: string): boolean {
  return token.startsWith(FIRST_IMPORT_PREFIX) || (!token.includes('.') && !token.startsWith(IMPORT_PREFIX));
}

/**
 * The token of an import.
 *
 * @throws {SpoolError} `import-name` unless it is 1 to 100 letters, digits, dots, dashes and underscores
 */
export function importToken(name: string): string {
  if (!IMPORT_NAME.test(name)) {
    throw new SpoolError(
      'import-name',
      `"${name}" cannot name an import: use 1 to 100 letters, digits, dots, dashes and underscores.`,
    );
  }
  return `${IMPORT_PREFIX}${name}`;
}

/** The name that an import's token stands for; undefined for every other segment. */
export function importNameOf(token: string): string | undefined {
  const prefix = [IMPORT_PREFIX, FIRST_IMPORT_PREFIX].find((known) => token.startsWith(known));
  return prefix === undefined ? undefined : token.slice(prefix.length);
}
