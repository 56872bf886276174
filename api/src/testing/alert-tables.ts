/** What is read and what is told, as tables of the tested database: several processes can share them. */
import { type Kysely, sql } from 'kysely';
import type { AlertTelling } from '../alerts/news.ts';
import type { SignalReader } from '../alerts/signals/reader.ts';
import type { Schema } from '../postgres/schema.ts';

export async function createAlertTables(db: Kysely<Schema>): Promise<void> {
  await sql`create table test_values (tenant_id text primary key, value float8 not null)`.execute(db);
  await sql`create table test_told (event_id bigint not null, alert_id text not null, kind text not null)`.execute(
    db,
  );
}

/** Says what is read of all tenants named from now on. */
export async function setValues(
  db: Kysely<Schema>,
  tenantIds: readonly string[],
  value: number,
): Promise<void> {
  await sql`
    insert into test_values select unnest(${[...tenantIds]}::text[]), ${value}
    on conflict (tenant_id) do update set value = excluded.value`.execute(db);
}

export function tabledReader(db: Kysely<Schema>): SignalReader {
  return {
    signals: ['error_rate'],
    async read(questions) {
      const { rows } = await sql<{ tenant_id: string; value: number }>`select * from test_values`.execute(db);
      const values = new Map(rows.map(({ tenant_id, value }) => [tenant_id, value]));
      return questions.map(({ tenantId }) => [{ subject: tenantId, value: values.get(tenantId) ?? null }]);
    },
  };
}

/** @param during done in the middle of the transaction, after what is told was written */
export function tabledTelling(during: () => Promise<void> = async () => undefined): AlertTelling {
  return {
    async tell(db, news) {
      const rows = news.map(({ eventId, alert, kind }) => ({ event_id: eventId, alert_id: alert.id, kind }));
      await sql`
        insert into test_told select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          as told(event_id bigint, alert_id text, kind text)`.execute(db);
      await during();
    },
  };
}

/** What became of alerts, as events and as tellings: equal when nothing was lost and nothing told twice. */
export async function happened(db: Kysely<Schema>) {
  const { rows: told } = await sql<{ id: string; alert_id: string; kind: string }>`
    select event_id::text as id, alert_id, kind from test_told order by event_id`.execute(db);
  const events = await db
    .selectFrom('alert_events')
    .select(['id', 'alert_id', 'kind'])
    .orderBy('id')
    .execute();
  return { events, told };
}

/** How many alerts last. */
export async function lasting(db: Kysely<Schema>): Promise<number> {
  const rows = await db.selectFrom('alerts').where('resolved_at', 'is', null).select('id').execute();
  return rows.length;
}
