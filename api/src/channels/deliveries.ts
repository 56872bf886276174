import type { Limits } from '../coordination/coordination.ts';
import type { JobHandler } from '../jobs/handler.ts';
import type { Database } from '../postgres/database.ts';
import type { Carrier } from './carrier.ts';
import { CHANNELS, type Channel } from './channel.ts';
import { Circuits } from './circuits.ts';
import { delivery } from './delivery.ts';

export interface DeliveriesOptions {
  readonly database: Database;
  /** One for each channel that there is a provider for. */
  readonly carriers: Readonly<Partial<Record<Channel, Carrier>>>;
  readonly limits: Limits;
}

/** Does the jobs that send what goes out, by every channel. */
export function deliveries({ database, carriers, limits }: DeliveriesOptions): JobHandler[] {
  const circuits = new Circuits();
  return CHANNELS.map((channel) =>
    delivery({ database, channel, carrier: carriers[channel], circuits, limits }),
  );
}
