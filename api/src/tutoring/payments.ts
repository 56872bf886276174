import type { TenantId } from '@riwayat/collector';
import { type Kysely, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { type Actor, audit } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import type { FileStore, StoredFile } from '../files/file-store.ts';
import { notify, notifyPermitted } from '../notifications/notify.ts';
import type { Schema } from '../postgres/schema.ts';
import { BOOKING_STATES, illegalStep, stateAfter } from './booking-state.ts';
import { scheduleExpiry } from './expiry.ts';
import { newId } from './id.ts';
import { cut, ordering, pageOf, pageQuery } from './page.ts';
import { type HeldBooking, payBy, takeStep } from './steps.ts';

const DOWNLOAD_SECONDS = 3600;
/** What proofs are called in the store. */
export const PROOFS_FOLDER = 'payment-proofs';

const PAYMENT_STATES = ['waiting', 'verified', 'rejected'] as const;

export const paymentBody = z
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
  return db
    .selectFrom('payment_proofs')
    .innerJoin('bookings', (join) =>
      join
        .onRef('bookings.tenant_id', '=', 'payment_proofs.tenant_id')
        .onRef('bookings.id', '=', 'payment_proofs.booking_id'),
    )
    .innerJoin('courses', (join) =>
      join
        .onRef('courses.tenant_id', '=', 'bookings.tenant_id')
        .onRef('courses.id', '=', 'bookings.course_id'),
    )
    .innerJoin('mentors', (join) =>
      join
        .onRef('mentors.tenant_id', '=', 'bookings.tenant_id')
        .onRef('mentors.id', '=', 'bookings.mentor_id'),
    )
    .innerJoin('users as learner', 'learner.id', 'bookings.learner_id')
    .leftJoin('users as decider', 'decider.id', 'payment_proofs.decided_by')
    .where('payment_proofs.tenant_id', '=', tenantId)
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
      'learner.name as learner',
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

/**
 * Takes the proof of a payment, for somebody to decide on.
 *
 * @param db the transaction that holds the booking
 * @throws {ProblemError} `illegal-step` when none is waited for, or not any longer
 */
export async function submitProof(
  db: Kysely<Schema>,
  booking: HeldBooking,
  file: StoredFile & { readonly name: string },
  now: Date,
): Promise<void> {
  const { tenantId, id, course, learner } = booking;
  checkProofIsWaitedFor(booking, now);
  await takeStep(db, booking, 'upload_proof', now);
  await db
    .insertInto('payment_proofs')
    .values({
      tenant_id: tenantId,
      id: newId('prf'),
      booking_id: id,
      file_key: file.key,
      file_name: file.name,
      content_type: file.contentType,
      bytes: BigInt(file.bytes),
      uploaded_at: now,
      decision: null,
      reason: null,
      decided_by: null,
      decided_at: null,
    })
    .execute();
  await notifyPermitted(db, 'tutoring:administer', {
    tenantId,
    kind: 'payment.received',
    values: { booking: id, course, learner: learner.name },
  });
}

/** Which of the files proofs stand for. */
export async function proofsInUse(
  db: Kysely<Schema>,
  tenantId: TenantId,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('payment_proofs')
    .where('tenant_id', '=', tenantId)
    .where('file_key', 'in', keys)
    .select('file_key')
    .execute();
  return new Set(rows.map(({ file_key }) => file_key));
}

/** @throws {ProblemError} `illegal-step` when no proof of payment is waited for, or not any longer */
function checkProofIsWaitedFor(
  { state, payBy: deadline }: Pick<HeldBooking, 'state' | 'payBy'>,
  now: Date,
): void {
  stateAfter(state, 'upload_proof');
  if (deadline !== null && deadline <= now) {
    throw illegalStep('upload_proof', `The time to pay ended at ${deadline.toISOString()}.`, state);
  }
}

/** What somebody decides about a payment. */
export type Decision =
  | { readonly decision: 'verified' }
  | { readonly decision: 'rejected'; readonly reason: string };

/**
 * Decides on the payment of a booking. Nobody decides on their own.
 *
 * @param db the transaction that holds the booking
 * @param actor who decides
 * @throws {ProblemError} `forbidden` to the learner; `illegal-step` when there is nothing to decide
 */
export async function decidePayment(
  db: Kysely<Schema>,
  booking: HeldBooking,
  verdict: Decision,
  actor: Actor,
  now: Date,
): Promise<void> {
  const { tenantId, id, learner, amountIdr } = booking;
  if (actor.userId === learner.id) {
    throw problem('forbidden', { detail: 'Nobody decides on a payment of their own. Ask a colleague.' });
  }
  const { decision } = verdict;
  const reason = verdict.decision === 'rejected' ? verdict.reason : null;
  await takeStep(db, booking, decision === 'verified' ? 'verify' : 'reject', now);
  await db
    .updateTable('payment_proofs')
    .set({ decision, reason, decided_by: actor.userId, decided_at: now })
    .where('tenant_id', '=', tenantId)
    .where('booking_id', '=', id)
    .where('decision', 'is', null)
    .execute();
  await audit(db, {
    action: decision === 'verified' ? 'payment.verified' : 'payment.rejected',
    tenantId,
    actor,
    subject: { kind: 'booking', id },
    details: { amount_idr: amountIdr.toString(), learner: learner.id, reason },
  });
  await (verdict.decision === 'verified'
    ? tellVerified(db, booking)
    : tellRejected(db, booking, verdict.reason, now));
}

async function tellVerified(db: Kysely<Schema>, booking: HeldBooking): Promise<void> {
  const { tenantId, id, course, learner, mentor } = booking;
  const startsAt = booking.startsAt.toISOString();
  await notify(db, {
    tenantId,
    userId: learner.id,
    kind: 'payment.verified',
    values: { booking: id, course, startsAt },
  });
  if (mentor.userId !== null) {
    await notify(db, {
      tenantId,
      userId: mentor.userId,
      kind: 'booking.confirmed',
      values: { booking: id, course, learner: learner.name, startsAt },
    });
  }
}

async function tellRejected(
  db: Kysely<Schema>,
  { tenantId, id, course, learner, startsAt }: HeldBooking,
  reason: string,
  now: Date,
): Promise<void> {
  await scheduleExpiry(db, tenantId, id, payBy(now, startsAt));
  await notify(db, {
    tenantId,
    userId: learner.id,
    kind: 'payment.rejected',
    values: { booking: id, course, reason },
  });
}
