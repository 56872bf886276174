import type { Kysely } from 'kysely';
import { z } from 'zod';
import { rupiahNumber } from '../billing/rupiah-number.ts';
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
import { MANUAL_METHODS, METHODS } from './payment-state.ts';

const proofBody = z
  .object({
    id: z.string(),
    payment: z.string(),
    tenant: z.object({ id: z.string(), name: z.string() }),
    invoice: z.object({ id: z.string(), number: z.string().nullable(), open_idr: z.int() }),
    method: z.enum(METHODS),
    amount_idr: z.int().describe('What was asked for, whole rupiah'),
    stated_idr: z.int().describe('What the tenant says was transferred'),
    stated_on: z.iso.date().describe('When, where the tenant is'),
    file: proofFile,
    ...proofDecision,
  })
  .meta({ id: 'InvoicePaymentProof' });

export const proofPage = pageOf(proofBody).meta({ id: 'InvoicePaymentProofPage' });

/** Proofs of transfers, of whatever tenant: to be decided on, or decided. */
export async function listProofs(
  db: Kysely<Schema>,
  files: FileStore,
  query: z.infer<typeof proofQuery>,
): Promise<z.infer<typeof proofPage>> {
  const { order, asked } = proofOrder('invoice_payment_proofs', query);
  const rows = await proofs(db)
    .where(asked)
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('invoice_payment_proofs.id')
    .limit(query.limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return proofsPage(files, rows, { limit: query.limit, order }, toBody);
}

function proofs(db: Kysely<Schema>) {
  return db
    .selectFrom('invoice_payment_proofs')
    .innerJoin('invoice_payments', 'invoice_payments.id', 'invoice_payment_proofs.payment_id')
    .innerJoin('invoices', 'invoices.id', 'invoice_payments.invoice_id')
    .innerJoin('tenants', 'tenants.id', 'invoice_payment_proofs.tenant_id')
    .where('invoice_payments.method', 'in', [...MANUAL_METHODS])
    .select([
      'invoice_payment_proofs.id',
      'invoice_payment_proofs.payment_id',
      'invoice_payment_proofs.stated_idr',
      'invoice_payment_proofs.stated_on',
      'invoice_payment_proofs.file_key',
      'invoice_payment_proofs.file_name',
      'invoice_payment_proofs.content_type',
      'invoice_payment_proofs.bytes',
      'invoice_payment_proofs.uploaded_at',
      'invoice_payment_proofs.decision',
      'invoice_payment_proofs.reason',
      'invoice_payment_proofs.decided_at',
      'invoice_payments.method',
      'invoice_payments.amount_idr',
      'invoices.id as invoice_id',
      'invoices.number',
      'invoices.open',
      'tenants.id as tenant_id',
      'tenants.name as tenant',
    ]);
}

type ProofRow = Awaited<ReturnType<ReturnType<typeof proofs>['executeTakeFirstOrThrow']>>;

function toBody(row: ProofRow, { file, decided }: ShownProof): z.infer<typeof proofBody> {
  return {
    id: row.id,
    payment: row.payment_id,
    tenant: { id: row.tenant_id, name: row.tenant },
    invoice: { id: row.invoice_id, number: row.number, open_idr: rupiahNumber(BigInt(row.open)) },
    method: row.method,
    amount_idr: rupiahNumber(BigInt(row.amount_idr)),
    stated_idr: rupiahNumber(BigInt(row.stated_idr)),
    stated_on: row.stated_on,
    file,
    ...decided,
  };
}
