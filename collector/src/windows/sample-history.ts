/*
 * What instances of the application used in windows over the past.
 *
 * What always holds: as for SampleWindows, whose numbers these are, of windows that ended then.
 */
import { z } from 'zod';
import type { Store } from '../store/store.ts';
import { whole } from '../usage/rows.ts';
import type { PlatformScope } from '../usage/tenant-scope.ts';
import { cutWindow, type MovingWindow } from './moving-window.ts';
import { MEASURES, type Measure } from './sample-windows.ts';

/** Samples of one instance in a piece of time. */
export interface PieceOfSamples {
  readonly instance: string;
  /** Its end, epoch milliseconds. */
  readonly at: number;
  readonly samples: number;
  /** Of all samples together. */
  readonly total: number;
  readonly maximum: number;
  readonly minimum: number;
  readonly last: number;
}

const sampleRow = z.object({
  instance: z.string(),
  piece: whole,
  samples: whole,
  total: z.number(),
  maximum: z.number(),
  minimum: z.number(),
  last: z.number(),
});

/** Reads samples of the past. */
export class SampleHistory {
  readonly #store: Pick<Store, 'select'>;

  constructor(store: Pick<Store, 'select'>) {
    this.#store = store;
  }

  /**
   * What was measured, by instance and piece, in the order of their ends; pieces without a measure are left out.
   *
   * @throws {RangeError} for no window; {StoreError}
   */
  async samples(_scope: PlatformScope, window: MovingWindow, measure: Measure): Promise<PieceOfSamples[]> {
    const { inWindows, piece, params, endOf } = cutWindow(window);
    const { value, isMeasured } = MEASURES[measure];
    const rows = await this.#store.select({
      sql: `SELECT toString(pieces.instance) AS instance, pieces.place AS piece, count() AS samples, sum(pieces.value) AS total,
              max(pieces.value) AS maximum, min(pieces.value) AS minimum, argMax(pieces.value, pieces.ts) AS last
            FROM (
              SELECT instance, ts, toFloat64(${value}) AS value, ${piece} AS place
              FROM {{database}}.resource_samples WHERE ${inWindows} AND ${isMeasured}) AS pieces
            GROUP BY pieces.instance, pieces.place ORDER BY piece`,
      params,
      row: sampleRow,
      label: 'history.samples',
    });
    return rows.map(({ piece: number, ...row }) => ({ ...row, at: endOf(number) }));
  }
}
