import type { Streams } from '../random/streams.ts';

/** Share of people who register on the first day; the others spread over the days after it. An assumption. */
const REGISTER_ON_FIRST_DAY = 0.7;
/** People register before this hour, so that they can use their account on the same day. An assumption. */
const REGISTER_BEFORE_HOUR = 17;

/** The share of people who register on a day, counted from 0, of so many. */
export function shareRegisteringOn(day: number, days: number): number {
  if (days === 1) {
    return 1;
  }
  return day === 0 ? REGISTER_ON_FIRST_DAY : (1 - REGISTER_ON_FIRST_DAY) / (days - 1);
}

/** Of a curve of 24 hours, those in which people register. */
export function registrationHours(curve: readonly number[]): readonly number[] {
  return curve.slice(0, REGISTER_BEFORE_HOUR);
}

/** The day, counted from 0, on which each person registers: the first or the second. */
export function registrationDays(streams: Streams, classes: Uint8Array): Uint8Array {
  const stream = streams('registrations', 0);
  return classes.map((userClass, person) => {
    // Of each class somebody is there from the first day, for its requests of that day to have an owner.
    const first = classes[person - 1] !== userClass || stream.next() < REGISTER_ON_FIRST_DAY;
    return first ? 0 : 1;
  });
}
