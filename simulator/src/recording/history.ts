import type { RequestRecord } from '@riwayat/collector';
import { calibratedParameters } from '../calibration/parameters.ts';
import { documentedScenario } from '../scenario/documented.ts';
import { simulateSystem } from '../system/system.ts';
import { dayOf, MICROS_PER_MS, parseStart } from '../workload/calendar.ts';
import { continuedTrace } from '../workload/continued-trace.ts';
import { MONTH_DAYS } from '../workload/periods.ts';
import { type RecordNames, requestRecords } from './request-records.ts';

const REPLICATION = 0;

export interface HistoryOptions extends RecordNames {
  /** Any safe integer. */
  readonly seed: number;
  /** Local date of the month's first day, a Monday. */
  readonly start: string;
  /** Where the history ends; this instant is not in it. */
  readonly until: Date;
}

/**
 * The documented month and the days after it, as records: what the month leaves in the system, such as cached pages,
 * is there when the next day begins. The same options give the same records; with an earlier end, the first of them.
 *
 * @returns in the order of their times
 * @throws {StartDateError} when `start` is no Monday
 * @throws {RangeError} when `until` is no date
 */
export function* documentedHistory(options: HistoryOptions): Generator<RequestRecord> {
  const { seed, start, until } = options;
  const end = until.getTime() * MICROS_PER_MS;
  if (Number.isNaN(end)) {
    throw new RangeError('A history needs a valid date as its end.');
  }
  const days = Math.max(MONTH_DAYS, dayOf(end) - parseStart(start) + 1);
  const scenario = { ...documentedScenario(), start };
  const model = { parameters: calibratedParameters(), seed, replication: REPLICATION };
  const trace = continuedTrace({ ...model, scenario }, days);
  const { answers } = simulateSystem({ ...model, scenario: { ...scenario, days }, trace });
  for (const record of requestRecords({ trace, answers }, start, options)) {
    if (record.ts >= end) {
      return;
    }
    yield record;
  }
}
