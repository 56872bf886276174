import { type Kysely, sql } from 'kysely';
import { jsonText } from '../../postgres/json.ts';
import type { Schema } from '../../postgres/schema.ts';
import { callbackData, type StatusMessage } from './wire.ts';

const MS_PER_SECOND = 1_000;
/** What we keep of the statuses there are, the later ones last. */
const KEPT = ['sent', 'failed', 'delivered', 'read'];

/**
 * Notes what became of messages. It only ever goes forward, so that what is told twice, late or out of order changes
 * nothing. A message whose yes was lost on its way to us is known by the name that we gave it, and is not sent again.
 *
 * @returns how many messages it changed
 */
export async function noteStatuses(db: Kysely<Schema>, told: readonly StatusMessage[]): Promise<number> {
  const latest = new Map<string, StatusMessage>();
  for (const status of told) {
    const before = latest.get(status.id);
    if (KEPT.includes(status.status) && (before === undefined || rank(status) > rank(before))) {
      latest.set(status.id, status);
    }
  }
  if (latest.size === 0) {
    return 0;
  }
  const rows = [...latest.values()].map((status) => ({
    provider: status.id,
    named: status.biz_opaque_callback_data ?? null,
    rank: rank(status),
    receipt: status.status === 'sent' ? null : status.status,
    at: new Date(Number(status.timestamp) * MS_PER_SECOND).toISOString(),
    error: status.errors?.map(({ code, title = '' }) => `${code}: ${title}`).join('; ') ?? null,
  }));
  const { numAffectedRows = 0n } = await sql`
    update outbox
    set state = 'sent', sent_at = coalesce(sent_at, told.at), values = '{}', claimed_until = null,
      provider_id = coalesce(provider_id, told.provider), receipt = told.receipt,
      receipt_at = case when told.receipt is not null then told.at end,
      last_error = case when told.receipt = 'failed' then told.error end
    from jsonb_to_recordset(${jsonText(rows)}::jsonb)
      as told(provider text, named text, rank int, receipt text, at timestamptz, error text)
    where outbox.channel = 'whatsapp'
      and (outbox.provider_id = told.provider or told.named = ${callbackData('')}::text || outbox.id)
      and (outbox.state <> 'sent'
        or told.rank > coalesce(array_position(${KEPT}::text[], outbox.receipt), 1) - 1)`.execute(db);
  return Number(numAffectedRows);
}

function rank({ status }: StatusMessage): number {
  return KEPT.indexOf(status);
}
