/*
 * How a line's numbers are kept: as JSON with decimals as plain text, which `JSON.stringify` makes of them, and from which
 * they are read again to the last decimal.
 */
import { z } from 'zod';
import { METER_KEYS } from '../meters/meter.ts';
import { decimal } from '../money/decimal.ts';
import type { Calculation, Measured } from './line.ts';

const exact = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .transform(decimal);

/** Reads what was measured for a line from JSON. */
export const measuredSchema: z.ZodType<Measured> = z.object({
  meter: z.enum(METER_KEYS),
  quantity: exact,
  included: exact,
  includedInMonth: exact,
  unit: z
    .object({ id: z.string(), en: z.string() })
    .optional()
    .transform((unit) => unit),
});

/** Reads a line's calculation from JSON. */
export const calculationSchema: z.ZodType<Calculation> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('flat'), price: exact }),
  z.object({ kind: z.literal('units'), billed: exact, price: exact }),
  z.object({
    kind: z.literal('tiers'),
    mode: z.enum(['volume', 'graduated']),
    parts: z.array(z.object({ billed: exact, price: exact, upTo: exact.nullable() })),
  }),
  z.object({ kind: z.literal('packages'), packages: exact, size: exact, price: exact }),
  z.object({
    kind: z.literal('day-peaks'),
    peaks: z.array(z.object({ day: z.iso.date(), peak: exact, billed: exact })),
    billed: exact,
    price: exact,
  }),
  z.object({ kind: z.literal('burst'), usual: exact, busiest: exact, billed: exact, price: exact }),
  z.object({ kind: z.literal('cache'), hits: exact, lookups: exact, of: exact, percent: exact }),
  z.object({ kind: z.literal('percent'), of: exact, percent: exact }),
  z.object({ kind: z.literal('limit'), charged: exact, limit: exact }),
]);
