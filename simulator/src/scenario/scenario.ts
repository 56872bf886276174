import type { UserClass } from '../population/user-class.ts';
import type { Action } from '../workload/endpoints.ts';
import type { PeoplePerClass } from '../workload/trace.ts';

/** An instant of a run: day counted from 1, local time. */
export interface DayTime {
  readonly day: number;
  /** `HH:MM`, 00:00 to 24:00. */
  readonly time: string;
}

/** What happened to the system from outside: inputs of the model, never fitted figures. */
export type Incident =
  /** Everybody registers in the first days. */
  | { readonly kind: 'registration-rush'; readonly days: number }
  /** A deadline draws visits together, which send files. */
  | {
      readonly kind: 'upload-burst';
      /** The deadline. */
      readonly at: DayTime;
      /** Length of the time before it over which they come, minutes. */
      readonly minutes: number;
      /** Share of the day's sessions that come then, 0 to 1. */
      readonly share: number;
    }
  /** Memory of the application that is not given back, until it is fixed. */
  | {
      readonly kind: 'leak';
      readonly name: string;
      readonly from: DayTime;
      readonly until: DayTime;
      /** Kilobytes a request. */
      readonly perRequest: number;
    }
  /** The machine is given other memory. */
  | { readonly kind: 'memory-limit'; readonly at: DayTime; readonly gb: number }
  /** A setting is changed; see {@link TUNINGS}. */
  | { readonly kind: 'tuning'; readonly at: DayTime; readonly setting: Tuning; readonly value: number };

/** Settings, with their units. */
export const TUNINGS = {
  'query-cache': 'MB',
  'buffer-pool': 'GB',
  'connection-pool': 'connections',
  'idle-connections': 'share of the idle connections that are left',
  'sort-buffer': 'MB',
  'temp-tables': 'MB',
  'query-optimisation': 'share of the database work that is left',
  'garbage-collection': 'share of the garbage that is left',
  'redis-cluster': 'nodes',
} as const;

export type Tuning = keyof typeof TUNINGS;

export interface ServerSize {
  readonly cores: number;
  readonly memoryGb: number;
  readonly diskGb: number;
  /** PHP-FPM children at most. */
  readonly workers: number;
  readonly connectionPool: number;
}

/** What is simulated. The documented month is one of them. */
export interface Scenario {
  readonly name: string;
  /** Local date of day 1, a Monday. */
  readonly start: string;
  readonly days: number;
  readonly people: PeoplePerClass;
  /**
   * `documented`: every documented count of requests is met exactly, which needs the documented population;
   * `rates`: sessions come as a Poisson process at the documented rates of each class, and no count is conditioned on.
   */
  readonly counts: 'documented' | 'rates';
  readonly incidents: readonly Incident[];
  readonly server: ServerSize;
  /** Where classes are known to behave otherwise than the document says; with `rates` only. */
  readonly behaviour?: Readonly<Partial<Record<UserClass, ClassBehaviour>>>;
}

/** How one class behaves, once its people have registered. What is not given stays as documented. */
export interface ClassBehaviour {
  /** Sessions that one person begins in thirty days like those from day 8 to 30. */
  readonly sessionsPerMonth?: number;
  /** Mean requests of a session before time-outs and renewals; not together with a graph, which decides it. */
  readonly pagesPerSession?: number;
  readonly graph?: BehaviourGraph;
}

/**
 * What follows what: for `start` and each action, the probabilities of the actions that may come next and of `end`.
 * Each row adds up to 1.
 */
export type BehaviourGraph = Readonly<Partial<Record<Action | 'start', GraphRow>>>;
type GraphRow = Readonly<Partial<Record<Action | 'end', number>>>;
