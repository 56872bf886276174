/*
 * What one person is told by one channel, and when.
 *
 * What always holds: nothing is lost. What waits is told later, unless it was over before anybody outside of the
 * application had heard of it and could not have been told sooner, because of quiet hours or a silence.
 */
import type { Severity } from '@riwayat/alerting';
import type { AlertNews } from '../news.ts';
import type { Hold } from './circumstances.ts';
import { atLeast } from './routing.ts';
import type { HeldBecause } from './tables.ts';

const SECOND_MS = 1_000;
/** Nobody gets more than one message in this time by one channel, of what is less than critical. */
const GROUPING_MS = 120 * SECOND_MS;
/** What is as bad as this waits for nothing. */
const URGENT: Severity = 'critical';

/** A news that waits to be told. */
export interface Waiting {
  readonly id: string;
  readonly eventId: string;
  readonly alertId: string;
  readonly kind: AlertNews['kind'];
  readonly heldBecause: HeldBecause | null;
  readonly severity: Severity;
  /** Whether the alert is over by now. */
  readonly over: boolean;
  /** Whether this person was told of the alert before, by this channel. */
  readonly toldBefore: boolean;
  readonly hold: Hold | undefined;
}

/** What one alert has become for whoever is told. `passed`: it fired and is over, and both are news. */
export type LineKind = AlertNews['kind'] | 'passed';

/** What a person is told of one alert. */
interface ToldLine {
  readonly alertId: string;
  readonly kind: LineKind;
}

/** What becomes of what waits for one person by one channel. */
export interface Settlement {
  /** One message, in the order in which things happened; none: nothing is told now. */
  readonly lines: readonly ToldLine[];
  /** Rows that the message is of. */
  readonly told: readonly Waiting[];
  readonly dropped: readonly Waiting[];
  readonly held: readonly { readonly row: Waiting; readonly because: HeldBecause; readonly until: Date }[];
}

/**
 * Decides about all that waits for one person by one channel.
 *
 * @param waiting in the order in which it happened
 * @param lastTold when they were told the last time; null: never
 */
export function settlementOf(waiting: readonly Waiting[], lastTold: Date | null, now: Date): Settlement {
  const dropped: Waiting[] = [];
  const held: Settlement['held'][number][] = [];
  const ready: Waiting[][] = [];
  for (const rows of byAlert(waiting)) {
    const [{ hold, over, toldBefore } = {}] = rows;
    const wasHeld = rows.some(({ heldBecause }) => heldBecause === 'quiet' || heldBecause === 'silence');
    if (over === true && toldBefore === false && (hold !== undefined || wasHeld)) {
      dropped.push(...rows);
    } else if (hold !== undefined) {
      // A silence has no end that is known: somebody may end it sooner. Who looks again asks whether it lasts.
      const until = hold.because === 'quiet' ? hold.until : now;
      held.push(...rows.map((row) => ({ row, because: hold.because, until })));
    } else {
      ready.push(rows);
    }
  }
  const free = lastTold === null ? now : new Date(lastTold.getTime() + GROUPING_MS);
  const urgent = ready.some((rows) => rows.some(({ severity }) => atLeast(severity, URGENT)));
  if (ready.length > 0 && free > now && !urgent) {
    const grouped = ready.flat().map((row) => ({ row, because: 'grouping' as const, until: free }));
    return { lines: [], told: [], dropped, held: [...held, ...grouped] };
  }
  return { lines: ready.map(lineOf), told: ready.flat(), dropped, held };
}

/** What an application is told: each news by itself, in no quiet hours, but not of what is silent. */
export function settlementOfWebhook(row: Waiting, now: Date): Settlement {
  const nothing = { lines: [], told: [], dropped: [], held: [] };
  if (row.hold?.because !== 'silence') {
    return row.heldBecause === 'silence' && row.over && !row.toldBefore
      ? { ...nothing, dropped: [row] }
      : { ...nothing, lines: [{ alertId: row.alertId, kind: row.kind }], told: [row] };
  }
  return row.over && !row.toldBefore
    ? { ...nothing, dropped: [row] }
    : { ...nothing, held: [{ row, because: 'silence', until: now }] };
}

function byAlert(waiting: readonly Waiting[]): Waiting[][] {
  const groups = new Map<string, Waiting[]>();
  for (const row of waiting) {
    groups.set(row.alertId, [...(groups.get(row.alertId) ?? []), row]);
  }
  return [...groups.values()];
}

function lineOf(rows: readonly Waiting[]): ToldLine {
  const newest = rows.at(-1);
  const { alertId = '', kind = 'fired', toldBefore = false } = newest ?? {};
  if (kind === 'resolved') {
    return { alertId, kind: toldBefore ? 'resolved' : 'passed' };
  }
  // Whoever hears of it for the first time hears that it fired, unless it was handed on to them.
  return { alertId, kind: kind === 'repeated' && !toldBefore ? 'fired' : kind };
}
