import { type Decimal, METER_KEYS, METERS, type MeterKey, type Usage, ZERO } from '@riwayat/billing';

/**
 * A month's usage as it was on the evening of one of its days: nothing happened after it, and what was so then is taken
 * to stay so, but for how many people are there at once, who are not there yet.
 *
 * @param day `YYYY-MM-DD`
 */
export function usageUntil({ days, perDay }: Usage, day: string): Usage {
  const known = days.filter((one) => one <= day).length;
  const until: Partial<Record<MeterKey, readonly Decimal[]>> = {};
  for (const meter of METER_KEYS) {
    const values = perDay[meter];
    if (values !== undefined) {
      const stays = METERS[meter].kind === 'level' && meter !== 'concurrent_users';
      const later = stays ? (values[known - 1] ?? ZERO) : ZERO;
      until[meter] = values.map((value, index) => (index < known ? value : later));
    }
  }
  return { days, perDay: until };
}
