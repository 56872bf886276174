/** What can be watched. Whose it is: a tenant's own, or the platform's that all of them are served by. */
type SignalScope = 'tenant' | 'platform';

/** How values of one window become one number. Signals that are made of whole windows have no choice. */
export const STATISTICS = ['mean', 'maximum', 'minimum', 'last'] as const;
export type Statistic = (typeof STATISTICS)[number];

/** What a value is counted in. `percent` is 0 to 100. */
export type SignalUnit =
  | 'percent'
  | 'milliseconds'
  | 'seconds'
  | 'days'
  | 'hours'
  | 'count'
  | 'per_second'
  | 'rows';

/** What narrows a signal down: one route, one meter, one kind of incident. */
export const NARROWINGS = ['endpoint', 'meter', 'incident'] as const;
export type Narrowing = (typeof NARROWINGS)[number];

/** What looks like an attack. */
export const INCIDENTS = [
  'failed-logins',
  'refused-uploads',
  'rate-limited',
  'foreign-origin',
  'forged-webhooks',
  'cross-tenant',
] as const;
export type Incident = (typeof INCIDENTS)[number];

export interface Signal {
  /** Who may watch it. */
  readonly scopes: readonly SignalScope[];
  /** What has a value of its own: the tenant, each instance of the application, or the platform as a whole. */
  readonly subject: 'tenant' | 'instance' | 'platform';
  readonly unit: SignalUnit;
  /** Which side is bad: a rule that watches the other one is most likely a mistake, and is refused. */
  readonly worse: 'high' | 'low' | 'either';
  /** The first is meant unless a rule says otherwise; none: the signal is made of its whole window. */
  readonly statistics: readonly Statistic[];
  /** What it may, or must, be narrowed down to. */
  readonly narrowing?: { readonly by: Narrowing; readonly required: boolean };
  /** What a value is made of, where a few of them say nothing: a rule may ask for some at `least`. */
  readonly counted?: 'calls' | 'lookups';
  /** Of its window, in seconds; the same number twice: there is no choice, because it is a state of now. */
  readonly windows: { readonly least: number; readonly most: number };
}
