import { z } from 'zod';

/** What a number of a scenario may be. */
export interface Bounds {
  /** Unit that it is in, and that may be written behind it. */
  readonly unit?: string;
  readonly least?: number;
  /** When true, `least` itself is too little. */
  readonly above?: boolean;
  readonly most?: number;
  readonly whole?: boolean;
}

const WITH_UNIT = /^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*([^\s\d].*?)\s*$/i;

/** A number, alone or with its unit behind it (`4` or `4 GB`); the result is the number. */
export function quantity(bounds: Bounds = {}): z.ZodType<number> {
  return z.unknown().transform((value, context) => {
    const number = numberOf(value, bounds);
    const fault = typeof number === 'string' ? number : faultOf(number, bounds);
    if (fault !== undefined) {
      context.addIssue({ code: 'custom', message: fault });
      return z.NEVER;
    }
    return typeof number === 'number' ? number : z.NEVER;
  });
}

/** The number that a value states, or what is wrong with it. */
function numberOf(value: unknown, { unit }: Bounds): number | string {
  if (typeof value === 'number') {
    return value;
  }
  const wanted = unit === undefined ? 'must be a number' : `must be a number of ${unit}`;
  const [, number, written] = (typeof value === 'string' ? WITH_UNIT.exec(value) : undefined) ?? [];
  if (number === undefined || written === undefined) {
    return value === undefined ? `is missing; it ${wanted}` : `${wanted}, and is ${show(value)}`;
  }
  if (unit === undefined) {
    return `is a number without a unit, and has ${show(written)}`;
  }
  return written === unit ? Number(number) : `is in ${unit}, and is given in ${written}`;
}

function faultOf(number: number, { least, above = false, most, whole = false }: Bounds): string | undefined {
  if (!Number.isFinite(number)) {
    return `must be a finite number, and is ${number}`;
  }
  if (least !== undefined && (above ? number <= least : number < least)) {
    return least === 0 && !above
      ? `must not be negative, and is ${number}`
      : `must be ${above ? 'more than' : 'at least'} ${least}, and is ${number}`;
  }
  if (most !== undefined && number > most) {
    return `must be at most ${most}, and is ${number}`;
  }
  return whole && !Number.isInteger(number) ? `must be a whole number, and is ${number}` : undefined;
}

/** A value as it can stand in a message. */
export function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
}
