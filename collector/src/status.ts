import type { Intake } from './intake/intake.ts';
import { LANES, type Lane } from './record/lanes.ts';
import type { BreakerState } from './sender/breaker.ts';
import type { Inserter } from './sender/inserter.ts';
import type { Sender } from './sender/sender.ts';
import type { Spool, SpoolState } from './spool/spool.ts';

/** What became of the lines of one lane since the process started, with those that it found in the spool. */
export interface LaneStatus {
  /** Taken in; always stored + rejected + inSpool + lost. */
  readonly accepted: number;
  readonly stored: number;
  /** Refused, by the encoder or by the store (then kept in the table `rejected`). */
  readonly rejected: number;
  /** Known from before, and so not accepted. */
  readonly duplicates: number;
  /** Found no room while the disk took nothing or the quota was used up. */
  readonly lost: number;
  /** Accepted and not stored yet. */
  readonly inSpool: number;
}

/** Totals of all lanes, and the state of what carries them. */
export interface CollectorStatus extends LaneStatus {
  readonly lanes: Readonly<Record<Lane, LaneStatus>>;
  /** Whether the store answered the last time it was asked. */
  readonly store: 'up' | 'down';
  /** Why it is down. */
  readonly lastError?: string;
  readonly spool: SpoolState;
  /** Why the spool is not ok. */
  readonly spoolReason?: string;
  /** Of what waits to be stored. */
  readonly spoolBytes: number;
  /** What may wait, as far as the disk has room for it. */
  readonly quotaBytes: number;
  /** 0 when nothing waits. */
  readonly oldestUnsentAgeMs: number;
  /** Tries of inserts beyond each one's first. */
  readonly retries: number;
  readonly breaker: BreakerState;
  readonly insertsInFlight: number;
  /** Identities of events that are known. */
  readonly identities: number;
}

interface StatusParts {
  readonly intake: Intake;
  readonly spool: Spool;
  readonly sender: Sender;
  readonly inserter: Inserter;
}

/** Puts together what the parts of a collector count. */
export function collectorStatus(parts: StatusParts): CollectorStatus {
  const { spool, sender, inserter } = parts;
  const lanes: Record<Lane, LaneStatus> = {
    requests: laneStatus('requests', parts),
    events: laneStatus('events', parts),
    rejected: laneStatus('rejected', parts),
    samples: laneStatus('samples', parts),
  };
  const total = (of: (lane: LaneStatus) => number): number =>
    LANES.reduce((sum, lane) => sum + of(lanes[lane]), 0);
  const { oldest } = sender.status();
  const since = Math.min(oldest ?? Number.POSITIVE_INFINITY, spool.oldest ?? Number.POSITIVE_INFINITY);
  const { state, reason, quotaBytes } = spool.status();
  const { store, lastError, breaker, retries, insertsInFlight } = inserter.status();
  return {
    accepted: total(({ accepted }) => accepted),
    stored: total(({ stored }) => stored),
    rejected: total(({ rejected }) => rejected),
    duplicates: total(({ duplicates }) => duplicates),
    lost: total(({ lost }) => lost),
    inSpool: total(({ inSpool }) => inSpool),
    lanes,
    store,
    ...(lastError !== undefined && { lastError }),
    spool: state,
    ...(reason !== undefined && { spoolReason: reason }),
    spoolBytes: spool.bytes + sender.unsent.reduce((sum, { bytes }) => sum + bytes, 0),
    quotaBytes,
    oldestUnsentAgeMs: Number.isFinite(since) ? Math.max(0, Date.now() - since) : 0,
    retries,
    breaker,
    insertsInFlight,
    identities: spool.duplicates.size,
  };
}

function laneStatus(lane: Lane, { intake, spool, sender }: StatusParts): LaneStatus {
  const { accepted, duplicates, unencodable } = intake.counts(lane);
  const progress = sender.status().lanes[lane];
  const waiting = sender.unsent.filter((segment) => segment.lane === lane);
  return {
    accepted,
    stored: progress.stored,
    rejected: progress.rejected + unencodable,
    duplicates,
    lost: progress.lost + spool.lostOf(lane),
    inSpool: spool.rowsOf(lane) + waiting.reduce((sum, { rows }) => sum + rows, 0),
  };
}
