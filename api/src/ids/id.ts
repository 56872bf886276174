import { randomBytes } from 'node:crypto';
import { z } from 'zod';

const ID_BYTES = 10;

/** What ids begin with: mentors and courses, slots of a schedule, bookings, proofs of payment, invoices, their payments, what providers tell of them, plan changes, exports of data, discounts, rules of alerts, alerts, silences, push subscriptions, webhooks. */
export type IdPrefix =
  | 'mtr'
  | 'crs'
  | 'slt'
  | 'bkg'
  | 'prf'
  | 'inv'
  | 'pay'
  | 'pev'
  | 'pch'
  | 'exp'
  | 'dsc'
  | 'alr'
  | 'alt'
  | 'sil'
  | 'psh'
  | 'whk';

/** A new id that cannot be guessed: `bkg_…`. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${randomBytes(ID_BYTES).toString('hex')}`;
}

/** An id as clients send it. */
export function idOf(prefix: IdPrefix, what: string) {
  return z.string().regex(new RegExp(`^${prefix}_[0-9a-f]{${ID_BYTES * 2}}$`), `must be the id of ${what}`);
}

/** An id that may be older than the way they are made now. */
export const anyId = z.string().regex(/^[\w.-]{1,100}$/, 'must be an id');
