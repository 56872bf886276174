import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { FileStore } from '../files/file-store.ts';
import {
  proofDecision,
  proofFile,
  proofOrder,
  type proofQuery,
  proofsPage,
  type ShownProof,
} from '../files/proof-list.ts';
import { pageOf } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import { booked } from './booked.ts';
import { BOOKING_STATES } from './booking-state.ts';

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
    proof: proofFile,
    ...proofDecision,
    decided_by: z.string().nullable().describe('Name'),
  })
  .meta({ id: 'Payment' });

export const paymentPage = pageOf(paymentBody).meta({ id: 'PaymentPage' });

export type PaymentPage = z.infer<typeof paymentPage>;

/** Proofs of payment, to be decided on or decided. */
export async function listPayments(
  db: Kysely<Schema>,
  files: FileStore,
  tenantId: TenantId,
  query: z.infer<typeof proofQuery>,
): Promise<PaymentPage> {
  const { order, asked } = proofOrder('payment_proofs', query);
  const rows = await payments(db, tenantId)
    .where(asked)
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('payment_proofs.id')
    .limit(query.limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return proofsPage(files, rows, { limit: query.limit, order }, toPayment);
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

function toPayment(row: PaymentRow, { file, decided }: ShownProof): z.infer<typeof paymentBody> {
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
    proof: file,
    ...decided,
    decided_by: row.decider,
  });
}
