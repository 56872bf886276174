import { type Kysely, sql } from 'kysely';
import { OPERATORS_TENANT } from '../identity/permissions.ts';
import type { Schema } from '../postgres/schema.ts';
import { bitOf, hourOf, MS_PER_MINUTE, minutesIn } from './minutes.ts';
import type { ProbeView } from './tables.ts';
import { type Span, type Uptime, uptimeOf } from './uptime.ts';

/** What came of asking once. */
export interface ProbeResult {
  readonly view: ProbeView;
  /** When it was asked. */
  readonly at: Date;
  readonly answered: boolean;
}

/** Writes down what came of some probes. What is known of a minute already stays. */
export async function recordProbes(db: Kysely<Schema>, results: readonly ProbeResult[]): Promise<void> {
  if (results.length === 0) {
    return;
  }
  await db
    .insertInto('uptime_hours')
    .values(
      results.map(({ view, at, answered }) => ({
        hour: hourOf(at),
        view,
        probed: bitOf(at),
        answered: answered ? bitOf(at) : 0n,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['view', 'hour'])
        .doUpdateSet({
          probed: sql`uptime_hours.probed | excluded.probed`,
          answered: sql`uptime_hours.answered | excluded.answered`,
        })
        // Most results tell nothing new of their minute: such a one writes nothing.
        .where(
          sql<boolean>`(uptime_hours.probed | excluded.probed, uptime_hours.answered | excluded.answered)
            is distinct from (uptime_hours.probed, uptime_hours.answered)`,
        ),
    )
    .execute();
}

/** How much of a span the platform was there, as seen from inside or from outside. */
export async function recordedUptime(
  db: Kysely<Schema>,
  { view, span, now }: { readonly view: ProbeView; readonly span: Span; readonly now: Date },
): Promise<Uptime> {
  const [first, hours, maintenance] = await Promise.all([
    db
      .selectFrom('uptime_hours')
      .where('view', '=', view)
      .select(['hour', 'probed'])
      .orderBy('hour')
      .limit(1)
      .executeTakeFirst(),
    db
      .selectFrom('uptime_hours')
      .where('view', '=', view)
      .where('hour', '>=', hourOf(span.from))
      .where('hour', '<', span.to)
      .select(['hour', 'answered'])
      .execute(),
    platformMaintenance(db, span),
  ]);
  const [firstMinute] = first === undefined ? [] : minutesIn(first.hour, BigInt(first.probed));
  return uptimeOf({
    span,
    now,
    knownSince: firstMinute === undefined ? undefined : new Date(firstMinute * MS_PER_MINUTE),
    answered: new Set(hours.flatMap(({ hour, answered }) => minutesIn(hour, BigInt(answered)))),
    maintenance,
  });
}

/** The windows of maintenance of the platform. One that was entered late counts from then on: an outage is none. */
async function platformMaintenance(db: Kysely<Schema>, { from, to }: Span): Promise<Span[]> {
  const rows = await db
    .selectFrom('alert_silences')
    .where('tenant_id', '=', OPERATORS_TENANT)
    .where('kind', '=', 'maintenance')
    .where('rule_id', 'is', null)
    .where('starts_at', '<', to)
    .where('ends_at', '>', from)
    .select(['starts_at', 'ends_at', 'created_at'])
    .execute();
  return rows.flatMap(({ starts_at, ends_at, created_at }) => {
    const begins = new Date(Math.max(starts_at.getTime(), created_at.getTime()));
    return ends_at === null || ends_at <= begins ? [] : [{ from: begins, to: ends_at }];
  });
}
