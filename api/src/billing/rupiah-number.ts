import type { Rupiah } from '@riwayat/billing';

/**
 * Whole rupiah as a number of JSON.
 *
 * @throws {RangeError} for an amount that such a number cannot hold
 */
export function rupiahNumber(amount: Rupiah): number {
  const number = Number(amount);
  if (!Number.isSafeInteger(number)) {
    throw new RangeError(`${amount} rupiah cannot be written as a number.`);
  }
  return number;
}
