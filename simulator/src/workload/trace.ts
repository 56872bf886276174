import type { UserClass } from '../population/user-class.ts';

/**
 * Requests in columns, sorted by time: what a month asks of the system, without any answer. Millions of them fit where
 * as many objects would not.
 */
export interface RequestTrace {
  /** Seconds since the local midnight that the run begins with. */
  readonly at: Float64Array;
  /** Index in `ACTIONS`. */
  readonly action: Uint8Array;
  /** Index in `sessions`. */
  readonly session: Int32Array;
  /** Rank of the page asked for, 1 the most popular, or number of the search word from 1; 0 where there is neither. */
  readonly item: Uint16Array;
  readonly sessions: SessionTable;
  /** Class of each person, as an index in `USER_CLASSES`. */
  readonly people: Uint8Array;
}

/** Sessions in columns, in the order of their first requests. */
export interface SessionTable {
  /** Index in `people`. */
  readonly person: Int32Array;
  /** Of the first and of the last request, seconds as in `at`. */
  readonly first: Float64Array;
  readonly last: Float64Array;
  /** 1 on a mobile device. */
  readonly mobile: Uint8Array;
  /** 1 when the person logged out; the others are forgotten by the idle time-out. */
  readonly loggedOut: Uint8Array;
}

/** People of each class. */
export type PeoplePerClass = Readonly<Record<UserClass, number>>;
