import { z } from 'zod';

/** What the Cloud API answers to a message that it takes. */
export const acceptedSchema = z.object({ messages: z.array(z.object({ id: z.string() })).min(1) });

/** What it answers to one that it does not take. */
export const apiErrorSchema = z.object({
  error: z.object({ code: z.int(), message: z.string() }),
});

/** How our messages are named to the Cloud API, which tells it back with each status. */
export function callbackData(outboxId: string): string {
  return `outbox-${outboxId}`;
}

const status = z.object({
  id: z.string().max(300),
  status: z.string(),
  timestamp: z.string().regex(/^\d{1,12}$/),
  biz_opaque_callback_data: z.string().max(300).optional(),
  errors: z.array(z.object({ code: z.int(), title: z.string().optional() })).optional(),
});
export type StatusMessage = z.infer<typeof status>;

/** What the Cloud API tells us; what is no status of a message is passed over. */
export const webhookSchema = z.object({
  object: z.string(),
  entry: z.array(
    z.object({
      changes: z.array(
        z.object({ field: z.string(), value: z.object({ statuses: z.array(status).optional() }) }),
      ),
    }),
  ),
});
