import { METERS, type MeterKey } from '@riwayat/billing';
import { METER_TYPE_PREFIX, type MeterTypes } from '@riwayat/collector';

/** What no request shows, so that applications say it in business events. */
export const EVENT_METERS = [
  'members',
  'transactions',
  'storage',
  'admin_users',
  'premium_features',
] as const satisfies MeterKey[];

export type EventMeter = (typeof EVENT_METERS)[number];

/** The type of the events that tell a meter. */
export function eventType(meter: EventMeter): string {
  return `${METER_TYPE_PREFIX}${meter}`;
}

/** Whether a meter is a state that events tell: it holds until it is told anew. */
export function isToldState(meter: MeterKey): boolean {
  return METERS[meter].kind === 'level' && EVENT_METERS.some((told) => told === meter);
}

/** The types of all events that tell a meter: states, and what happens. */
export const METER_TYPES: MeterTypes = {
  levels: EVENT_METERS.filter(isToldState).map(eventType),
  flows: EVENT_METERS.filter((meter) => !isToldState(meter)).map(eventType),
};
