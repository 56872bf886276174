import { z } from 'zod';

/** A whole number: the store sends 64-bit integers as text, and one above 2^53 is an error, never rounded. */
export const whole = z
  .union([z.string().regex(/^-?\d+$/), z.number()])
  .transform(Number)
  .refine(Number.isSafeInteger, 'is too large to be exact');

/** What every total of requests has. */
export const totalsRow = z.object({ calls: whole, errors: whole, bytesIn: whole, bytesOut: whole });
