import type { Decimal } from '@riwayat/billing';
import { type BusinessEvent, type Collector, microseconds, type TenantId } from '@riwayat/collector';
import { type EventMeter, eventType } from './event-meters.ts';

/** What the value of a meter was, or by how much it grew, at an instant. */
export interface MeterReading {
  readonly meter: EventMeter;
  readonly value: Decimal;
  readonly at: Date;
  /** Unique among the readings of the tenant: the same one told twice counts once. */
  readonly id: string;
}

/** Whose events they are: this application's own, of the tenants that it serves. */
const SOURCE = '/riwayat/meters';
/** Events of one call: far below what the spool takes at once. */
const MOST_AT_ONCE = 500;

/**
 * Tells readings of a tenant's meters.
 *
 * @returns once they are on disk
 * @throws {QuotaError} or {SpoolError}: to be told again, nothing counts twice
 */
export async function tellReadings(
  collector: Pick<Collector, 'ingest'>,
  tenantId: TenantId,
  readings: readonly MeterReading[],
): Promise<void> {
  for (let first = 0; first < readings.length; first += MOST_AT_ONCE) {
    const items = readings.slice(first, first + MOST_AT_ONCE).map((reading) => {
      const event = eventOf(tenantId, reading);
      return { table: 'events', event, identity: { source: event.source, id: event.id } } as const;
    });
    const results = await collector.ingest(tenantId, items);
    const refused = results.find(({ status }) => status === 'rejected');
    if (refused?.status === 'rejected') {
      throw new Error(`A reading of a meter was refused: ${refused.reason}`);
    }
  }
}

function eventOf(tenantId: TenantId, { meter, value, at, id }: MeterReading): BusinessEvent {
  return {
    ts: microseconds(at.getTime()),
    tenantId,
    id: `${meter}/${id}`,
    source: SOURCE,
    type: eventType(meter),
    subject: '',
    data: JSON.stringify({ value: value.toFixed() }),
    userId: '',
  };
}
