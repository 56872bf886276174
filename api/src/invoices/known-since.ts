/*
 * Usage of a month that was billed, metered again.
 *
 * What always holds: what happened has happened. Rows leave by retention and people are erased from them, so that less is
 * found of a month the later it is looked at: that gives nothing back. States that are told, as members and storage
 * are, can be told late and be fewer.
 */
import { type Decimal, largest, METER_KEYS, type MeterKey, type Usage, ZERO } from '@riwayat/billing';
import { isToldState } from '../metering/event-meters.ts';

/**
 * What is known of a month: of a day never less than it was billed for, but for states that are told.
 *
 * @param billed what it was billed by
 * @param found what is stored of the same days now
 */
export function knownSince(billed: Usage, found: Usage): Usage {
  const perDay: Partial<Record<MeterKey, readonly Decimal[]>> = {};
  for (const meter of METER_KEYS) {
    const [before, now] = [billed.perDay[meter], found.perDay[meter]];
    const known =
      before === undefined || isToldState(meter)
        ? now
        : before.map((value, index) => largest(value, now?.[index] ?? ZERO));
    if (known !== undefined) {
      perDay[meter] = known;
    }
  }
  return { days: found.days, perDay };
}
