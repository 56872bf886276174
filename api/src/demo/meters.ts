import { dayAt, daysLater, startOfDay } from '@riwayat/billing';
import type { Collector } from '@riwayat/collector';
import { tellReadings } from '../metering/meter-events.ts';
import { ownLevels, readingsOf, verifiedTransactions } from '../metering/own-meters.ts';
import type { Database } from '../postgres/database.ts';
import { DEMO_TENANT, DEMO_TIMEZONE } from './people.ts';
import type { DemoPlan } from './plan.ts';

/**
 * Tells the meters of the demo's past: its people and files as if they had been there since the history's first day, and the
 * payments that have been verified. Told again, after a start that was cut off, they count once.
 */
export async function tellPastMeters(
  { start, until }: Pick<DemoPlan, 'start' | 'until'>,
  { db }: Database,
  collector: Pick<Collector, 'ingest'>,
): Promise<void> {
  const levels = await ownLevels(db, DEMO_TENANT);
  const today = dayAt(new Date(until), DEMO_TIMEZONE);
  const readings = await verifiedTransactions(db, DEMO_TENANT);
  for (let day = start; day <= today; day = daysLater(day, 1)) {
    readings.push(...readingsOf(levels, startOfDay(day, DEMO_TIMEZONE), day));
  }
  await tellReadings(collector, DEMO_TENANT, readings);
}
