import { z } from 'zod';
import type { ReadableNotification } from './inbox.ts';

/** A notification as clients get it. */
export const notificationBody = z
  .object({
    id: z.string(),
    kind: z.string(),
    text: z.string().describe('In the reader’s language, times in the tenant’s zone'),
    values: z.record(z.string(), z.union([z.string(), z.number()])).describe('What the text is about'),
    created_at: z.iso.datetime(),
    read_at: z.iso.datetime().nullable().describe('null: not read yet'),
  })
  .meta({
    id: 'Notification',
    examples: [
      {
        id: '311',
        kind: 'payment.verified',
        text: 'Pembayaran untuk "Aljabar Dasar" telah diverifikasi. Sesi dimulai pada 22 November 2026 pukul 14.00 WIB.',
        values: {
          booking: '0199b0f2-5a5e-7c1e-9d8e-1f2a3b4c5d6e',
          course: 'Aljabar Dasar',
          startsAt: '2026-11-22T07:00:00.000Z',
        },
        created_at: '2026-11-21T07:00:00.000Z',
        read_at: null,
      },
    ],
  });

/** A notification in the form in which clients get it. */
export function notificationOf(notification: ReadableNotification): z.infer<typeof notificationBody> {
  return {
    id: notification.id,
    kind: notification.kind,
    text: notification.text,
    values: notification.values,
    created_at: notification.createdAt.toISOString(),
    read_at: notification.readAt?.toISOString() ?? null,
  };
}
