import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { can, TENANT_ROLES, type TenantRole } from '../identity/permissions.ts';
import type { Schema } from '../postgres/schema.ts';
import { REPORT_KINDS, type ReportKind, type UsageReport } from './report.ts';

/** Who gets reports unless they do not want them. */
const REPORT_ROLES: readonly TenantRole[] = ['administrator', 'manager'];

const recipientRow = z.object({ id: z.string(), name: z.string(), role: z.enum(TENANT_ROLES) });

export type Recipient = z.infer<typeof recipientRow>;

/** Those of a tenant who get a kind of report. */
export async function recipientsOf(
  db: Kysely<Schema>,
  tenantId: TenantId,
  kind: ReportKind,
): Promise<Recipient[]> {
  const rows = await db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .where('memberships.tenant_id', '=', tenantId)
    .where('memberships.role', 'in', [...REPORT_ROLES])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('report_opt_outs')
            .whereRef('report_opt_outs.user_id', '=', 'users.id')
            .where('report_opt_outs.tenant_id', '=', tenantId)
            .where('kind', '=', kind)
            .select(sql`1`.as('one')),
        ),
      ),
    )
    .select(['users.id', 'users.name', 'memberships.role'])
    .orderBy('users.id')
    .execute();
  return z.array(recipientRow).parse(rows);
}

/** A report without what somebody of a role may not see. */
export function asSeenBy(role: TenantRole, report: UsageReport): UsageReport {
  return can(role, 'endpoints:read') ? report : { ...report, endpoints: null };
}

/** Whether a person wants each kind of report. */
export type WantedReports = Readonly<Record<ReportKind, boolean>>;

interface Person {
  readonly tenantId: TenantId;
  readonly userId: string;
}

export async function wantedReports(
  db: Kysely<Schema>,
  { tenantId, userId }: Person,
): Promise<WantedReports> {
  const off = await db
    .selectFrom('report_opt_outs')
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .select('kind')
    .execute();
  const wants = (wanted: ReportKind): boolean => !off.some(({ kind }) => kind === wanted);
  return { daily: wants('daily'), weekly: wants('weekly') };
}

/** Sets which reports a person wants. @param db a transaction */
export async function wantReports(
  db: Kysely<Schema>,
  { tenantId, userId }: Person,
  wanted: WantedReports,
): Promise<void> {
  await db
    .deleteFrom('report_opt_outs')
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .execute();
  const off = REPORT_KINDS.filter((kind) => !wanted[kind]);
  if (off.length > 0) {
    await db
      .insertInto('report_opt_outs')
      .values(off.map((kind) => ({ tenant_id: tenantId, user_id: userId, kind })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
