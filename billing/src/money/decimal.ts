/*
 * Exact decimals.
 *
 * What always holds: no JavaScript number becomes an amount or a quantity (big.js is in its strict mode and throws);
 * plus, minus and times are exact; whatever divides says to how many decimals, and rounds half away from zero.
 */
import Big from 'big.js';

/** An amount of money or a quantity. Compare with `eq`, `lt`, `gt`; `toFixed()` gives its plain decimal text. */
export type Decimal = Big;

const ExactDecimal = Big();
ExactDecimal.strict = true;
// As text and as JSON always plain digits: what is written can be read again by `decimal`.
ExactDecimal.NE = -1_000_000;
ExactDecimal.PE = 1_000_000;

const PLAIN = /^-?\d+(\.\d+)?$/;

/** What a quotient or a share is kept to: with amounts below 10^15 that is 27 digits. */
export const DECIMALS_KEPT = 12;

/** A {@link Decimal} from its plain text: `-12.5`, no exponent; or from a whole number.
 *
 * @throws {RangeError} for any other text
 */
export function decimal(value: string | bigint): Decimal {
  const text = String(value);
  if (!PLAIN.test(text)) {
    throw new RangeError(`"${text}" is not a decimal: digits, and a point before decimals.`);
  }
  return new ExactDecimal(text);
}

export const ZERO = decimal('0');
export const ONE = decimal('1');

/** @throws {RangeError} for what is no whole number */
export function whole(count: number): Decimal {
  if (!Number.isSafeInteger(count)) {
    throw new RangeError(`${count} is not a whole number that can be told exactly.`);
  }
  return decimal(BigInt(count));
}

export function sum(values: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const value of values) {
    total = total.plus(value);
  }
  return total;
}

export function largest(first: Decimal, ...others: readonly Decimal[]): Decimal {
  return others.reduce((most, value) => (value.gt(most) ? value : most), first);
}

export function smallest(first: Decimal, ...others: readonly Decimal[]): Decimal {
  return others.reduce((least, value) => (value.lt(least) ? value : least), first);
}

/**
 * A quotient, to {@link DECIMALS_KEPT} decimals, halves away from zero.
 *
 * @throws {RangeError} when the divisor is 0
 */
export function quotient(dividend: Decimal, divisor: Decimal): Decimal {
  if (divisor.eq(ZERO)) {
    throw new RangeError('Nothing can be divided by 0.');
  }
  // big.js takes its precision from the constructor of the dividend, which all decimals share.
  ExactDecimal.DP = DECIMALS_KEPT;
  ExactDecimal.RM = Big.roundHalfUp;
  return dividend.div(divisor);
}

/** An amount to {@link DECIMALS_KEPT} decimals, halves away from zero: what a line of a bill is kept to. */
export function kept(amount: Decimal): Decimal {
  const rounded = amount.round(DECIMALS_KEPT, Big.roundHalfUp);
  // Of 0 there is one, without a sign.
  return rounded.eq(ZERO) ? ZERO : rounded;
}

/** `part` of `whole` equal shares of an amount, to {@link DECIMALS_KEPT} decimals; exact where it is all of them. */
export function portion(amount: Decimal, part: number, of: number): Decimal {
  return part === of ? amount : quotient(amount.times(whole(part)), whole(of));
}

/**
 * An amount in so many parts that are as equal as {@link DECIMALS_KEPT} decimals allow: each is the amount up to its end
 * less the amount up to its beginning, so they add up whatever is rounded.
 */
export function spread(amount: Decimal, parts: number): Decimal[] {
  return Array.from({ length: parts }, (_, index) =>
    portion(amount, index + 1, parts).minus(portion(amount, index, parts)),
  );
}
