import type { Collector } from '@riwayat/collector';
import { documentedHistory } from '@riwayat/simulator';
import { DEMO_TENANT, demoUserId } from './people.ts';
import type { DemoPlan } from './plan.ts';

const SEGMENT_ROWS = 5_000;
const INSTANCE = 'documented-month';

/**
 * Stores the demo tenant's past through the collector: the documented month on its place in the calendar, then what
 * followed up to the plan's end. Segments have names that follow from the plan: an import that was cut off can be run
 * again and every row is there once.
 *
 * @returns how many requests the history has
 */
export async function importHistory(plan: DemoPlan, collector: Collector): Promise<number> {
  const { seed, start, until } = plan;
  const records = [
    ...documentedHistory({
      seed,
      start,
      until: new Date(until),
      tenantId: DEMO_TENANT,
      instance: INSTANCE,
      userId: demoUserId,
    }),
  ];
  for (let first = 0; first < records.length; first += SEGMENT_ROWS) {
    const rows = records.slice(first, first + SEGMENT_ROWS);
    await collector.importSegment(`demo-${seed}-${start}-${Date.parse(until)}-${first}`, rows);
  }
  return records.length;
}
