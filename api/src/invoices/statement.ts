import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { newestFirstPage } from '../postgres/newest-first.ts';
import type { Schema } from '../postgres/schema.ts';
import { ACCOUNTS, type Account, balancesOf, JOURNAL_KINDS } from './ledger.ts';

const rupiah = z.int().describe('Whole rupiah');

export const balanceBody = z
  .object({
    owed_idr: rupiah.describe(
      'What is to be paid, of all invoices together; what was written off is not in it',
    ),
    credit_idr: rupiah.describe('What was paid beyond that: it pays the next invoice'),
    billed_idr: rupiah.describe('All invoices so far, less what was credited'),
    late_fees_idr: rupiah,
    paid_idr: rupiah,
    written_off_idr: rupiah.describe('What was given up, less what was paid of it all the same'),
    suspended: z.boolean().describe('Whether API keys are refused until something is paid'),
  })
  .meta({ id: 'BillingBalance' });

export const statementPage = z
  .object({
    data: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(JOURNAL_KINDS),
        happened_at: z.iso.datetime(),
        booked_at: z.iso.datetime(),
        invoice: z.string().nullable(),
        entries: z
          .array(z.object({ account: z.enum(ACCOUNTS), amount_idr: rupiah }))
          .describe('They add up to 0. A debit is above 0, a credit below'),
      }),
    ),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'BillingStatement' });

/** What a tenant owes and has, by its books. */
export async function balanceOf(
  db: Kysely<Schema>,
  tenantId: TenantId,
): Promise<Omit<z.infer<typeof balanceBody>, 'suspended'>> {
  const balances = await balancesOf(db, tenantId);
  const of = (account: Account, sign: bigint): number => rupiahNumber(sign * balances[account]);
  return {
    owed_idr: of('receivable', 1n),
    credit_idr: of('credit-balance', -1n),
    billed_idr: of('revenue', -1n),
    late_fees_idr: of('late-fees', -1n),
    paid_idr: of('cash', 1n),
    written_off_idr: of('bad-debt', 1n),
  };
}

/** What was booked, the newest first. */
export async function statementOf(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<z.infer<typeof statementPage>> {
  let asked = db.selectFrom('ledger_journals').where('tenant_id', '=', tenantId).selectAll();
  asked = cursor === undefined ? asked : asked.where('id', '<', cursor);
  const { rows, nextCursor } = newestFirstPage(
    await asked
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute(),
    limit,
  );
  const entries =
    rows.length === 0
      ? []
      : await db
          .selectFrom('ledger_entries')
          .where(
            'journal_id',
            'in',
            rows.map(({ id }) => id),
          )
          .orderBy('amount', 'desc')
          .select(['journal_id', 'account', 'amount'])
          .execute();
  return {
    data: rows.map(({ id, kind, happened_at, created_at, invoice_id }) => ({
      id,
      kind,
      happened_at: happened_at.toISOString(),
      booked_at: created_at.toISOString(),
      invoice: invoice_id,
      entries: entries
        .filter(({ journal_id }) => journal_id === id)
        .map(({ account, amount }) => ({ account, amount_idr: rupiahNumber(BigInt(amount)) })),
    })),
    next_cursor: nextCursor,
  };
}
