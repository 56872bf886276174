import { type Kysely, sql } from 'kysely';

/** What separates the words of ids, actions, addresses and JSON; text search would take some of them for one word. */
const SEPARATORS = '._-@:/+,"{}[]';

export async function up(db: Kysely<unknown>): Promise<void> {
  const words = (column: string) =>
    sql.raw(`translate(coalesce(${column}, ''), '${SEPARATORS}', '${' '.repeat(SEPARATORS.length)}')`);
  await sql`
    alter table audit_log add column search tsvector not null generated always as (
      to_tsvector('simple',
        ${words('action')} || ' ' || ${words('actor_id')} || ' ' || ${words('subject_id')} || ' ' ||
        ${words('address')} || ' ' || ${words('details::text')})
    ) stored`.execute(db);
  await sql`create index audit_log_search on audit_log using gin (search)`.execute(db);

  // Newest first is how it is read, between two instants if anything: each index gives a page in that order.
  await sql`drop index audit_log_by_tenant, audit_log_by_subject, audit_log_by_actor`.execute(db);
  await sql`create index audit_log_by_time on audit_log (at desc, id desc)`.execute(db);
  await sql`create index audit_log_by_tenant on audit_log (tenant_id, at desc, id desc)`.execute(db);
  await sql`create index audit_log_by_action on audit_log (action text_pattern_ops, at desc, id desc)`.execute(
    db,
  );
  await sql`
    create index audit_log_by_subject on audit_log (subject_id, at desc, id desc)
    where subject_id is not null`.execute(db);
  await sql`
    create index audit_log_by_actor on audit_log (actor_id, at desc, id desc)
    where actor_id is not null`.execute(db);
}
