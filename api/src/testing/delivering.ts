import type { Carrier } from '../channels/carrier.ts';
import type { Channel } from '../channels/channel.ts';
import { Circuits } from '../channels/circuits.ts';
import { delivery } from '../channels/delivery.ts';
import { localCoordination } from '../coordination/local.ts';
import type { JobContext, JobHandler } from '../jobs/handler.ts';
import type { Database } from '../postgres/database.ts';
import { silent } from './postgres.ts';

/** A first attempt. */
export const FIRST_ATTEMPT: JobContext = {
  jobId: '1',
  attempt: 1,
  lastAttempt: false,
  signal: new AbortController().signal,
};

/** What delivers by a channel, with no failures and nothing sent before. */
export function deliveryBy(
  database: Database,
  channel: Channel,
  carrier: Carrier | undefined,
  circuits = new Circuits(),
): JobHandler {
  const { limits } = localCoordination({ logger: silent });
  return delivery({ database, channel, carrier, circuits, limits });
}
