import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { SYSTEM } from '../audit/audit.ts';
import { ProblemError } from '../errors/problem.ts';
import type { Swept } from '../files/sweep.ts';
import type { Receivables } from '../invoices/receivables.ts';
import { JobError, type JobHandler, jobHandler } from '../jobs/handler.ts';
import { type DailyPayload, type DailySchedule, dailyPayload } from '../jobs/schedule.ts';
import type { Task } from '../jobs/task.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';
import { preferencesOf } from './preferences.ts';
import { INVOICE_PROOFS_FOLDER } from './proofs.ts';
import type { PaymentProvider } from './provider/provider.ts';
import { beginWithProvider, writePayment } from './start.ts';

const DEBIT_CARDS: Task<DailyPayload> = { name: 'debit-cards', payload: dailyPayload };

/** When invoices of the day are issued, and people are awake to read that it failed. */
export const CARDS_DAILY: DailySchedule = { task: DEBIT_CARDS, localTime: '09:00' };
/** Files that no proof of a transfer stands for, looked for when nobody uploads much. */
export const SWEPT_INVOICE_PROOFS: Swept = {
  schedule: { task: { name: 'sweep-invoice-proofs', payload: dailyPayload }, localTime: '03:40' },
  folder: INVOICE_PROOFS_FOLDER,
  table: 'invoice_payment_proofs',
};

/** A card that refused so often is not asked again for the same invoice. */
const MOST_DEBITS = 3;
/** More than any tenant leaves unpaid before it is suspended. */
const MOST_INVOICES = 24;

export interface DebitParts {
  readonly database: Database;
  readonly receivables: Receivables;
  readonly provider: PaymentProvider | undefined;
  readonly now?: () => Date;
}

/**
 * Debits the kept card of a tenant for each invoice that is open: once a day, three times at most, and not while an earlier
 * debit has not come to its end.
 */
export function cardDebits(parts: DebitParts): JobHandler {
  const { receivables, provider, now = () => new Date() } = parts;
  const { db } = parts.database;
  return jobHandler(DEBIT_CARDS, async ({ tenantId, date }) => {
    if (!isTenantId(tenantId)) {
      throw new JobError('There is no such tenant.', { final: true });
    }
    const { card, autoDebit } = await preferencesOf(db, tenantId);
    if (!autoDebit || card === null || provider === undefined || card.provider !== provider.name) {
      return;
    }
    const way = { method: 'card', token: card.token } as const;
    for (const invoiceId of await invoicesToDebit(db, tenantId)) {
      const wanted = {
        invoiceId,
        method: 'card',
        channel: null,
        amount: undefined,
        debitedOn: date,
      } as const;
      const begun = await db
        .transaction()
        .execute((transaction) =>
          writePayment(transaction, tenantId, wanted, { provider: provider.name, actor: SYSTEM, now: now() }),
        );
      if (begun !== undefined) {
        await begin(() => beginWithProvider({ db, receivables }, provider, begun, way, now));
      }
    }
  });
}

/** What the provider did not answer is followed up by itself; another debit would be one too many. */
async function begin(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ProblemError)) {
      throw error;
    }
  }
}

async function invoicesToDebit(db: Kysely<Schema>, tenantId: TenantId): Promise<string[]> {
  const rows = await db
    .selectFrom('invoices')
    .leftJoin('invoice_payments as debit', (join) =>
      join.onRef('debit.invoice_id', '=', 'invoices.id').on('debit.debited_on', 'is not', null),
    )
    .where('invoices.tenant_id', '=', tenantId)
    .where('invoices.kind', '=', 'monthly')
    .where('invoices.open', '>', '0')
    .groupBy('invoices.id')
    .having(({ fn }) => fn.count('debit.id'), '<', MOST_DEBITS)
    .having(
      ({ fn }) => fn.count('debit.id').filterWhere('debit.state', 'in', ['starting', 'pending']),
      '=',
      0,
    )
    .orderBy('invoices.period')
    .limit(MOST_INVOICES)
    .select('invoices.id')
    .execute();
  return rows.map(({ id }) => id);
}
