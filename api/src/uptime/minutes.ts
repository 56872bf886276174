/*
 * Minutes in which somebody answered, as they are kept: an hour's are the bits of one number.
 */

export const MS_PER_MINUTE = 60_000;
const MINUTES_PER_HOUR = 60;
const MS_PER_HOUR = MINUTES_PER_HOUR * MS_PER_MINUTE;

/** The hour that an instant is in, UTC. */
export function hourOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / MS_PER_HOUR) * MS_PER_HOUR);
}

/** The bit of the minute that an instant is in. */
export function bitOf(at: Date): bigint {
  return 1n << BigInt(Math.floor(at.getTime() / MS_PER_MINUTE) % MINUTES_PER_HOUR);
}

/** Minutes since 1970 whose bits are set in an hour's number. */
export function minutesIn(hour: Date, bits: bigint): number[] {
  const first = hour.getTime() / MS_PER_MINUTE;
  return Array.from({ length: MINUTES_PER_HOUR }, (_, minute) => first + minute).filter(
    (_, minute) => ((bits >> BigInt(minute)) & 1n) === 1n,
  );
}

/** The first whole minute since 1970 from an instant on. */
export function minuteFrom(at: Date): number {
  return Math.ceil(at.getTime() / MS_PER_MINUTE);
}
