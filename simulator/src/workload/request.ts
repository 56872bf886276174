import type { UserClass, UserRole } from '../population/user-class.ts';

export type Method = 'GET' | 'POST' | 'PUT';
export type CacheOutcome = 'hit' | 'miss' | 'none';
export type RequestKind = 'api' | 'render' | 'upload';
export type Device = 'mobile' | 'desktop';

/** One simulated request, with what a record of it needs and what a player needs to send it. */
export interface SimulatedRequest {
  /** Start, epoch microseconds. */
  readonly ts: number;
  /** Key of the person; see `population`. */
  readonly userKey: string;
  readonly role: UserRole;
  readonly userClass: UserClass;
  readonly sessionId: string;
  readonly device: Device;
  readonly method: Method;
  /** Route template, for example `/api/public/kursus/:id`. */
  readonly endpoint: string;
  readonly status: number;
  readonly durationMicros: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly cache: CacheOutcome;
  readonly kind: RequestKind;
  /** What was searched for, on a search. */
  readonly search?: string;
  /** Rank of the page asked for, 1 the most popular, on a page with an id. */
  readonly item?: number;
}
