import type { TenantId } from '@riwayat/collector';
import { type Kysely, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import type { FileStore } from '../files/file-store.ts';
import { cut, ordering, pageOf, pageQuery } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import { booked } from './booked.ts';
import { BOOKING_STATES } from './booking-state.ts';

const DOWNLOAD_SECONDS = 3600;

const PAYMENT_STATES = ['waiting', 'verified', 'rejected'] as const;

const paymentBody = z
  .object({
    id: z.string(),
    booking: z.object({
      id: z.string(),
      state: z.enum(BOOKING_STATES),
      course: z.string(),
      mentor: z.string(),
      learner: z.string(),
      starts_at: z.iso.datetime(),
    }),
    amount_idr: z.int().nonnegative().describe('Whole rupiah'),
    proof: z.object({
      name: z.string(),
      content_type: z.string(),
      bytes: z.int(),
      url: z.string().describe('Where the file can be downloaded for an hour'),
    }),
    uploaded_at: z.iso.datetime(),
    decision: z.enum(['verified', 'rejected']).nullable(),
    reason: z.string().nullable(),
    decided_by: z.string().nullable().describe('Name'),
    decided_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Payment' });

export const paymentPage = pageOf(paymentBody).meta({ id: 'PaymentPage' });

export const paymentQuery = pageQuery.extend({
  state: z
    .enum(PAYMENT_STATES)
    .default('waiting')
    .describe('`waiting` for a decision, the longest first; or decided, the newest first'),
});

export type PaymentPage = z.infer<typeof paymentPage>;

/** Proofs of payment, to be decided on or decided. */
export async function listPayments(
  db: Kysely<Schema>,
  files: FileStore,
  tenantId: TenantId,
  { state, limit, cursor }: z.infer<typeof paymentQuery>,
): Promise<PaymentPage> {
  const order = ordering(
    sql.ref('payment_proofs.uploaded_at'),
    'timestamptz',
    sql.ref('payment_proofs.id'),
    cursor,
    state === 'waiting' ? 'asc' : 'desc',
  );
  const rows = await payments(db, tenantId)
    .where(sql<SqlBool>`coalesce(payment_proofs.decision, 'waiting') = ${state}`)
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('payment_proofs.id')
    .limit(limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  const { data, next_cursor } = cut(rows, limit, order, (row) => row);
  return {
    data: await Promise.all(
      data.map(async (row) => {
        const { file_key: key, file_name: fileName, content_type: contentType } = row;
        const url = await files.downloadUrl(key, { expiresSeconds: DOWNLOAD_SECONDS, fileName, contentType });
        return toPayment(row, url);
      }),
    ),
    next_cursor,
  };
}

function payments(db: Kysely<Schema>, tenantId: TenantId) {
  return booked(db, tenantId)
    .innerJoin('payment_proofs', (join) =>
      join
        .onRef('payment_proofs.tenant_id', '=', 'bookings.tenant_id')
        .onRef('payment_proofs.booking_id', '=', 'bookings.id'),
    )
    .leftJoin('users as decider', 'decider.id', 'payment_proofs.decided_by')
    .select([
      'payment_proofs.id',
      'payment_proofs.file_key',
      'payment_proofs.file_name',
      'payment_proofs.content_type',
      'payment_proofs.bytes',
      'payment_proofs.uploaded_at',
      'payment_proofs.decision',
      'payment_proofs.reason',
      'payment_proofs.decided_at',
      'bookings.id as booking_id',
      'bookings.state',
      'bookings.amount_idr',
      'bookings.starts_at',
      'courses.title as course',
      'mentors.name as mentor',
      'users.name as learner',
      'decider.name as decider',
    ]);
}

type PaymentRow = Awaited<ReturnType<ReturnType<typeof payments>['executeTakeFirstOrThrow']>>;

function toPayment(row: PaymentRow, url: string): z.infer<typeof paymentBody> {
  return paymentBody.parse({
    id: row.id,
    booking: {
      id: row.booking_id,
      state: row.state,
      course: row.course,
      mentor: row.mentor,
      learner: row.learner,
      starts_at: row.starts_at.toISOString(),
    },
    amount_idr: Number(row.amount_idr),
    proof: { name: row.file_name, content_type: row.content_type, bytes: Number(row.bytes), url },
    uploaded_at: row.uploaded_at.toISOString(),
    decision: row.decision,
    reason: row.reason,
    decided_by: row.decider,
    decided_at: row.decided_at?.toISOString() ?? null,
  });
}
