/*
 * How much of a span the platform was there.
 *
 * What always holds: a minute is up when at least one instance answered in it, and down when none did, also when nobody
 * asked: who is off does not ask. A minute in a maintenance window counts for neither. What was before the first answer
 * ever, or is not over yet, is not known and does not count.
 */
import { type Decimal, decimal, quotient, whole } from '@riwayat/billing';
import { MS_PER_MINUTE, minuteFrom } from './minutes.ts';

/** Half open. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** A time in which nobody answered. */
interface Incident extends Span {
  readonly minutes: number;
}

export interface Uptime {
  /** What was judged: the known part of the span; undefined when there is none. */
  readonly known: Span | undefined;
  readonly minutesUp: number;
  readonly minutesDown: number;
  readonly minutesOfMaintenance: number;
  /** In order. One that a maintenance window cuts is two. */
  readonly incidents: readonly Incident[];
}

export interface UptimeQuestion {
  readonly span: Span;
  /** Since when the platform is known to have been started; undefined: never. */
  readonly knownSince: Date | undefined;
  readonly now: Date;
  /** Minutes since 1970 in which somebody answered. */
  readonly answered: ReadonlySet<number>;
  readonly maintenance: readonly Span[];
}

/** Results of a minute may come as late as this: a probe that nobody answers ends after seconds. */
const LATE_MS = MS_PER_MINUTE;
const HUNDRED = decimal('100');
/** A minute of a month is 0.0023 %. */
const DECIMALS = 4;
const ROUND_DOWN = 0;

/** Judges each minute of a span. */
export function uptimeOf({ span, knownSince, now, answered, maintenance }: UptimeQuestion): Uptime {
  const from = knownSince === undefined ? undefined : later(span.from, knownSince);
  const to = earlier(
    span.to,
    new Date(Math.floor((now.getTime() - LATE_MS) / MS_PER_MINUTE) * MS_PER_MINUTE),
  );
  if (from === undefined || from >= to) {
    return { known: undefined, minutesUp: 0, minutesDown: 0, minutesOfMaintenance: 0, incidents: [] };
  }
  const incidents: Incident[] = [];
  let [up, ofMaintenance] = [0, 0];
  let downSince: number | undefined;
  const end = minuteFrom(to);
  for (let minute = minuteFrom(from); minute <= end; minute += 1) {
    const excused = minute < end && isIn(minute, maintenance);
    const isUp = !excused && answered.has(minute);
    if (downSince !== undefined && (minute === end || excused || isUp)) {
      incidents.push(incidentOf(downSince, minute));
      downSince = undefined;
    }
    if (minute < end) {
      up += isUp ? 1 : 0;
      ofMaintenance += excused ? 1 : 0;
      downSince ??= isUp || excused ? undefined : minute;
    }
  }
  return {
    known: { from, to },
    minutesUp: up,
    minutesDown: incidents.reduce((sum, { minutes }) => sum + minutes, 0),
    minutesOfMaintenance: ofMaintenance,
    incidents,
  };
}

/** The share of the minutes that count in which the platform was up, percent; undefined when none counts. */
export function shareUp({ minutesUp, minutesDown }: Uptime): Decimal | undefined {
  const counted = minutesUp + minutesDown;
  return counted === 0 ? undefined : quotient(whole(minutesUp).times(HUNDRED), whole(counted));
}

/** As JSON has it: rounded down, so that nobody reads 100 of what was not. */
export function percentNumber(share: Decimal): number {
  return Number(share.round(DECIMALS, ROUND_DOWN).toFixed());
}

function incidentOf(from: number, to: number): Incident {
  return {
    from: new Date(from * MS_PER_MINUTE),
    to: new Date(to * MS_PER_MINUTE),
    minutes: to - from,
  };
}

/** A minute is of a window when any of it is. */
function isIn(minute: number, spans: readonly Span[]): boolean {
  const start = minute * MS_PER_MINUTE;
  return spans.some(({ from, to }) => from.getTime() < start + MS_PER_MINUTE && to.getTime() > start);
}

function later(one: Date, other: Date): Date {
  return one > other ? one : other;
}

function earlier(one: Date, other: Date): Date {
  return one < other ? one : other;
}
