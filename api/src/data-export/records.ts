/*
 * What a tenant's data is made of when it is taken along: one JSON object a line, each saying by `record` what it is.
 *
 * What always holds: everything is read by the tenant's id; no secret is among it; tables are read page by page, so that
 * memory does not grow with them.
 */
import { billingMonth, monthAt, monthsLater } from '@riwayat/billing';
import { type Collector, tenantScope } from '@riwayat/collector';
import type { ExpressionBuilder, Kysely } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import type { Schema } from '../postgres/schema.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { alertRecords } from './alert-records.ts';
import { named, PAGE_ROWS } from './by-page.ts';

const FORMAT_VERSION = 1;

export interface ExportSources {
  readonly db: Kysely<Schema>;
  readonly usage: Pick<Collector['usage'], 'daily'>;
  readonly tenant: Tenant & { readonly retentionMonths: number };
  readonly now: Date;
}

/** Every record of a tenant's data, the description of the whole first. */
export async function* exportRecords(sources: ExportSources): AsyncGenerator<object> {
  const { tenant, now } = sources;
  yield {
    record: 'export',
    format: FORMAT_VERSION,
    tenant: { id: tenant.id, name: tenant.name, timezone: tenant.timezone, locale: tenant.locale },
    made_at: now.toISOString(),
  };
  yield* people(sources);
  yield* teaching(sources);
  yield* bookings(sources);
  yield* materials(sources);
  yield* invoices(sources);
  yield* alertRecords(sources.db, tenant.id);
  yield* usageByDay(sources);
}

async function* people({ db, tenant: { id: tenantId } }: ExportSources): AsyncGenerator<object> {
  yield* named('person', (after) =>
    db
      .selectFrom('memberships')
      .innerJoin('users', 'users.id', 'memberships.user_id')
      .where('memberships.tenant_id', '=', tenantId)
      .where('users.id', '>', after)
      .select([
        'users.id',
        'users.name',
        'email',
        'phone',
        'bio',
        'role',
        'memberships.created_at as joined_at',
      ])
      .orderBy('users.id')
      .limit(PAGE_ROWS)
      .execute(),
  );
}

async function* teaching({ db, tenant: { id: tenantId } }: ExportSources): AsyncGenerator<object> {
  yield* named('mentor', (after) =>
    db
      .selectFrom('mentors')
      .where('tenant_id', '=', tenantId)
      .where('id', '>', after)
      .select(['id', 'user_id', 'name', 'headline', 'subjects', 'level', 'rating', 'reviews', 'created_at'])
      .orderBy('id')
      .limit(PAGE_ROWS)
      .execute(),
  );
  yield* named('course', (after) =>
    db
      .selectFrom('courses')
      .where('tenant_id', '=', tenantId)
      .where('id', '>', after)
      .select(['id', 'mentor_id', 'title', 'description', 'subject', 'level', 'price_idr', 'created_at'])
      .orderBy('id')
      .limit(PAGE_ROWS)
      .execute(),
  );
}

async function* bookings({ db, tenant: { id: tenantId } }: ExportSources): AsyncGenerator<object> {
  yield* named('booking', (after) =>
    db
      .selectFrom('bookings')
      .leftJoin('reviews', (join) =>
        join
          .onRef('reviews.tenant_id', '=', 'bookings.tenant_id')
          .onRef('reviews.booking_id', '=', 'bookings.id'),
      )
      .where('bookings.tenant_id', '=', tenantId)
      .where('bookings.id', '>', after)
      .select([
        'bookings.id',
        'learner_id',
        'bookings.mentor_id',
        'course_id',
        'starts_at',
        'ends_at',
        'amount_idr',
        'state',
        'bookings.created_at',
        'started_at',
        'finished_at',
        'cancelled_at',
        'reviews.rating',
        'reviews.words as review',
      ])
      .orderBy('bookings.id')
      .limit(PAGE_ROWS)
      .execute(),
  );
}

async function* materials({ db, tenant: { id: tenantId } }: ExportSources): AsyncGenerator<object> {
  yield* named('material', (after) =>
    db
      .selectFrom('materials')
      .where('tenant_id', '=', tenantId)
      .where('id', '>', after)
      .select(['id', 'title', 'description', 'file_name', 'content_type', 'bytes', 'sha256', 'created_at'])
      .orderBy('id')
      .limit(PAGE_ROWS)
      .execute(),
  );
}

async function* invoices({ db, tenant: { id: tenantId } }: ExportSources): AsyncGenerator<object> {
  yield* named('invoice', (after) =>
    db
      .selectFrom('invoices')
      .where('tenant_id', '=', tenantId)
      .where('number', 'is not', null)
      .where('id', '>', after)
      .select([
        'id',
        'number',
        'kind',
        'refers_to',
        'period',
        'state',
        'total',
        'late_fees',
        'credited',
        'paid',
      ])
      .select(['open', 'written_off', 'issued_on', 'due_on'])
      .select((invoice) => jsonArrayFrom(linesOf(invoice)).as('lines'))
      .orderBy('id')
      .limit(PAGE_ROWS)
      .execute(),
  );
}

/** Amounts as text: as numbers of JSON they would be read as floats on their way. */
function linesOf(invoice: ExpressionBuilder<Schema, 'invoices'>) {
  return invoice
    .selectFrom('invoice_lines')
    .whereRef('invoice_id', '=', 'invoices.id')
    .select(['position', 'invoice_lines.kind', 'invoice_lines.period', 'component', 'name'])
    .select(['plan_key', 'plan_version', 'measured', 'calculation'])
    .select(({ cast }) => [
      cast<string>('exact', 'text').as('exact'),
      cast<string>('amount', 'text').as('amount'),
    ])
    .orderBy('position');
}

async function* usageByDay({ usage, tenant, now }: ExportSources): AsyncGenerator<object> {
  const { id, timezone, retentionMonths } = tenant;
  const { from } = billingMonth(monthsLater(monthAt(now, timezone), -retentionMonths), timezone);
  for (const day of await usage.daily(tenantScope(id), { from, to: now }, timezone)) {
    if (day.calls > 0) {
      yield { record: 'usage_of_day', ...day };
    }
  }
}
