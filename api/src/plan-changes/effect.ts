import { daysLater, type LocalText, type PriceList } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { audit, SYSTEM } from '../audit/audit.ts';
import type { Prices } from '../billing/prices.ts';
import { requestExport } from '../data-export/data-exports.ts';
import { JobError, type JobHandler, jobHandler } from '../jobs/handler.ts';
import { type DailyPayload, type DailySchedule, dailyPayload } from '../jobs/schedule.ts';
import type { Task } from '../jobs/task.ts';
import { notifyPermitted } from '../notifications/notify.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';

const EFFECT_PLAN_CHANGES: Task<DailyPayload> = { name: 'effect-plan-changes', payload: dailyPayload };

/** Soon after a tenant's day has begun. */
export const PLAN_CHANGES_DAILY: DailySchedule = { task: EFFECT_PLAN_CHANGES, localTime: '00:05' };

interface Today {
  readonly tenantId: TenantId;
  /** The tenant's local day. */
  readonly today: string;
  readonly at: Date;
  readonly prices: PriceList;
}

/**
 * Notes that the day of an approved change has come, and tells the tenant. What it costs has followed the contract's
 * dated terms since midnight, whenever this is called.
 */
export async function takeEffect(db: Kysely<Schema>, { tenantId, today, at, prices }: Today): Promise<void> {
  const change = await db
    .updateTable('plan_changes')
    .set({ state: 'effective', effective_at: at })
    .where('tenant_id', '=', tenantId)
    .where('state', '=', 'approved')
    .where('effective_from', '<=', today)
    .returning(['id', 'to_plan', 'effective_from'])
    .executeTakeFirst();
  if (change === undefined) {
    return;
  }
  await audit(db, {
    action: 'plan-change.effective',
    tenantId,
    actor: SYSTEM,
    subject: { kind: 'plan-change', id: change.id },
    details: { to: change.to_plan, on: change.effective_from },
  });
  await notifyPermitted(db, 'plan:change', {
    tenantId,
    kind: 'plan-change.effective',
    values: inWords(nameOf(prices, change.to_plan)),
  });
}

/** A plan as people call it; its key, when no version of it is known here. */
export function nameOf(prices: PriceList, key: string): LocalText {
  return prices.latest(key)?.name ?? { id: key, en: key };
}

/** A plan's name as the values of a notification have it. */
export interface PlanInWords {
  readonly planId: string;
  readonly planEn: string;
}

export function inWords({ id, en }: LocalText): PlanInWords {
  return { planId: id, planEn: en };
}

export interface EffectParts {
  readonly database: Database;
  readonly prices: Prices;
  readonly now?: () => Date;
}

/**
 * Each day, notes what has taken effect, and on the day before a downgrade has another copy of the tenant's data made:
 * the one that it was approved by may be weeks old.
 */
export function planChangeEffect({ database, prices, now = () => new Date() }: EffectParts): JobHandler {
  return jobHandler(EFFECT_PLAN_CHANGES, async ({ tenantId, date }) => {
    if (!isTenantId(tenantId)) {
      throw new JobError('There is no such tenant.', { final: true });
    }
    const list = await prices.list();
    const at = now();
    await database.db.transaction().execute(async (transaction) => {
      await takeEffect(transaction, { tenantId, today: date, at, prices: list });
      const tomorrow = await transaction
        .selectFrom('plan_changes')
        .where('tenant_id', '=', tenantId)
        .where('state', '=', 'approved')
        .where('direction', '=', 'downgrade')
        .where('effective_from', '=', daysLater(date, 1))
        .select('id')
        .executeTakeFirst();
      if (tomorrow !== undefined) {
        await requestExport(transaction, { tenantId, actor: SYSTEM, at });
      }
    });
  });
}
