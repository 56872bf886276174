import type { IngestItem } from '../intake/intake.ts';
import { microseconds, tenantId } from './records.ts';

/** A plausible business event as it comes in from outside. */
export function businessEvent(
  tenant: string,
  id: string,
  source = 'urn:shop',
): Extract<IngestItem, { table: 'events' }> {
  return {
    table: 'events',
    identity: { source, id },
    event: {
      ts: microseconds(Date.now() * 1_000),
      tenantId: tenantId(tenant),
      id,
      source,
      type: 'member.joined',
      subject: '',
      data: '{"plan":"basic"}',
      userId: 'u1',
    },
  };
}
