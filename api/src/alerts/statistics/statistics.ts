/*
 * How quickly alerts are found, taken on and over.
 *
 * What always holds: an alert counts where it fired; each mean is of those alerts alone that came so far. Resolved counts
 * what was well again or was said to be over: not what ended because its rule was changed, or what it watched was gone.
 */
import { SEVERITIES } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../../postgres/schema.ts';
import type { UsagePeriod } from '../../usage/period.ts';
import { range, usageQuery } from '../../usage/schema.ts';

/** What statistics may be asked for. */
export const statisticsQuery = usageQuery.safeExtend({
  by: z.enum(['day', 'week', 'month']).default('day').describe('Weeks begin on Monday'),
});

const times = z
  .object({
    mean: z.number(),
    shortest: z.number(),
    longest: z.number(),
  })
  .nullable()
  .describe('Seconds; null: of no alert');

const figures = z.object({
  fired: z.int(),
  acknowledged: z.int(),
  resolved: z.int(),
  lasting: z.int().describe('Not over yet'),
  time_to_detect: times.describe('Seconds from when the condition held until the alert'),
  time_to_acknowledge: times.describe('Seconds from the alert until somebody took it on'),
  time_to_resolve: times.describe('Seconds from the alert until it was over'),
});

export const statisticsBody = z
  .object({
    range,
    total: figures,
    by_severity: z.array(figures.extend({ severity: z.enum(SEVERITIES) })),
    by_period: z.array(
      figures.extend({
        start: z.iso.date().describe('First local day; periods without alerts are left out'),
      }),
    ),
  })
  .meta({ id: 'AlertStatistics' });

type Figures = z.infer<typeof figures>;

interface Row {
  readonly fired: number;
  readonly acknowledged: number;
  readonly resolved: number;
  readonly lasting: number;
  readonly detect: (number | null)[];
  readonly acknowledge: (number | null)[];
  readonly resolve: (number | null)[];
  /** Of which severity or period; both null: of all. */
  readonly severity: string | null;
  readonly start: string | null;
}

/** Counts and times of the alerts that fired in a period. */
export async function alertStatistics(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { from, to, timezone, start, end }: UsagePeriod,
  by: z.infer<typeof statisticsQuery>['by'],
): Promise<z.infer<typeof statisticsBody>> {
  const { rows } = await sql<Row>`
    with fired as (
      select severity, acknowledged_at, resolved_at, fired_at,
        date_trunc(${by}, fired_at at time zone ${timezone})::date::text as start,
        fired_at - since as detect,
        acknowledged_at - fired_at as acknowledge,
        case when ending.details ->> 'because' in ('well', 'by_hand') then resolved_at - fired_at end as resolve
      from alerts
      left join alert_events as ending on ending.alert_id = alerts.id and ending.kind = 'resolved'
      where alerts.tenant_id = ${tenantId} and fired_at >= ${from} and fired_at < ${to}
    )
    select severity, start,
      count(*)::int as fired, count(acknowledge)::int as acknowledged, count(resolve)::int as resolved,
      count(*) filter (where resolved_at is null)::int as lasting,
      ${timesOf('detect')} as detect, ${timesOf('acknowledge')} as acknowledge, ${timesOf('resolve')} as resolve
    from fired
    group by grouping sets ((), (severity), (start))
    order by start`.execute(db);
  const total = rows.find((row) => row.severity === null && row.start === null);
  return {
    range: { start, end, timezone },
    total: figuresOf(total),
    by_severity: SEVERITIES.flatMap((severity) => {
      const row = rows.find((one) => one.severity === severity);
      return row === undefined ? [] : [{ severity, ...figuresOf(row) }];
    }),
    by_period: rows.flatMap((row) => (row.start === null ? [] : [{ start: row.start, ...figuresOf(row) }])),
  };
}

/** Mean, shortest and longest of an interval, in seconds. */
function timesOf(column: 'detect' | 'acknowledge' | 'resolve') {
  const seconds = (of: string) => sql`extract(epoch from ${sql.raw(of)}(${sql.ref(column)}))::float8`;
  return sql`array[${seconds('avg')}, ${seconds('min')}, ${seconds('max')}]`;
}

function figuresOf(row: Row | undefined): Figures {
  return {
    fired: row?.fired ?? 0,
    acknowledged: row?.acknowledged ?? 0,
    resolved: row?.resolved ?? 0,
    lasting: row?.lasting ?? 0,
    time_to_detect: timesBody(row?.detect),
    time_to_acknowledge: timesBody(row?.acknowledge),
    time_to_resolve: timesBody(row?.resolve),
  };
}

function timesBody([mean = null, shortest = null, longest = null]: (number | null)[] = []) {
  return mean === null || shortest === null || longest === null ? null : { mean, shortest, longest };
}
