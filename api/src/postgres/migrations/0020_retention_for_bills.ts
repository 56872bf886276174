import { type Kysely, sql } from 'kysely';

/** Usage is kept until its month is billed and was corrected for the last time. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`update tenants set retention_months = 5 where retention_months < 5`.execute(db);
  await sql`
    alter table tenants
      drop constraint tenants_retention_months_check,
      add constraint tenants_retention_months_check check (retention_months between 5 and 120)`.execute(db);
}
