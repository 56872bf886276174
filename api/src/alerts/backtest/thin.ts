import type { Reading } from '@riwayat/alerting';

/** Some readings, one after another, as a chart has them. */
export interface Point {
  /** Epoch milliseconds of the last of them. */
  readonly at: number;
  /** Null: none of them had data. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Readings put together, equally many each, so that there are no more points than so many. Extremes are kept. */
export function thinned(readings: readonly Reading[], most: number): Point[] {
  const together = Math.max(1, Math.ceil(readings.length / most));
  return Array.from({ length: Math.ceil(readings.length / together) }, (_, place) => {
    const some = readings.slice(place * together, (place + 1) * together);
    const values = some.flatMap(({ value }) => (value === null ? [] : [value]));
    return {
      at: some.at(-1)?.at ?? 0,
      low: values.length === 0 ? null : Math.min(...values),
      high: values.length === 0 ? null : Math.max(...values),
    };
  });
}
