import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import type { Schema } from '../postgres/schema.ts';

/** A tenant's bookings, each with its course, its mentor and its learner (`users`). */
export function booked(db: Kysely<Schema>, tenantId: TenantId) {
  return db
    .selectFrom('bookings')
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
    .innerJoin('users', 'users.id', 'bookings.learner_id')
    .where('bookings.tenant_id', '=', tenantId);
}
