/*
 * What an invoice was computed from, as Postgres keeps it: what was metered, and the contract with the version of every
 * plan. `bill` of it gives the same lines at any later time, whatever prices and contracts have become.
 */
import { type Contract, decimal, METER_KEYS, type Usage, ZERO } from '@riwayat/billing';
import { z } from 'zod';
import { jsonText } from '../postgres/json.ts';

const day = z.string();
const storedContract = z.object({
  startedOn: day,
  endedOn: day.optional(),
  terms: z.array(z.object({ from: day, plan: z.string(), version: z.int().optional() })),
  discounts: z.array(
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.enum(['early-adopter', 'volume', 'non-profit', 'women', 'rural']),
        from: day,
        until: day.optional(),
      }),
      z.object({ kind: z.literal('referral'), from: day, referred: z.int() }),
      z.object({
        kind: z.literal('prepaid'),
        from: day,
        years: z.union([z.literal(1), z.literal(2), z.literal(3)]),
      }),
    ]),
  ),
});

const meterKey = z.enum(METER_KEYS);
const storedUsage = z.object({
  days: z.array(day),
  perDay: z.partialRecord(meterKey, z.array(z.string().transform(decimal))),
});

export const contractJson = (contract: Contract): string => jsonText(contract);

/** The same text for the same usage: meters in one order, and none that measured nothing. */
export function usageJson({ days, perDay }: Usage): string {
  const measured = METER_KEYS.flatMap((meter) => {
    const values = perDay[meter] ?? [];
    return values.some((value) => !value.eq(ZERO)) ? [[meter, values]] : [];
  });
  return jsonText({ days, perDay: Object.fromEntries(measured) });
}

export function readContract(json: unknown): Contract {
  const { endedOn, discounts, terms, ...rest } = storedContract.parse(json);
  return {
    ...rest,
    ...(endedOn !== undefined && { endedOn }),
    terms: terms.map(({ version, ...term }) => ({ ...term, ...(version !== undefined && { version }) })),
    discounts: discounts.map((discount) => {
      if (!('until' in discount)) {
        return discount;
      }
      const { until, ...of } = discount;
      return until === undefined ? of : { ...of, until };
    }),
  };
}

export function readUsage(json: unknown): Usage {
  return storedUsage.parse(json);
}
