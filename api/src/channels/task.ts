import { z } from 'zod';
import type { Task } from '../jobs/task.ts';
import type { Channel } from './channel.ts';

interface Delivery {
  readonly tenantId: string;
  readonly outboxId: string;
}

const payload = z.object({ tenantId: z.string(), outboxId: z.string().regex(/^\d+$/) });

/** The name of the task that sends one row of the outbox. */
export function taskName(channel: Channel): string {
  return `deliver-${channel}`;
}

/** Sends one row of the outbox, by channel. */
export function deliverBy(channel: Channel): Task<Delivery> {
  return { name: taskName(channel), payload };
}
