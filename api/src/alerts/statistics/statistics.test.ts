import type { TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../../audit/audit.ts';
import type { Database } from '../../postgres/database.ts';
import { TenantDirectory } from '../../tenants/directory.ts';
import { endAlert, fireAlert } from '../../testing/fired-alerts.ts';
import { silent, startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { usagePeriod } from '../../usage/period.ts';
import { acknowledge, resolveByHand } from '../alerts/alert-acts.ts';
import { alertStatistics } from './statistics.ts';

const TIMEZONE = 'Asia/Jakarta';
const SECOND_MS = 1_000;
const UNTOLD = { tell: async () => undefined };

let postgres: TestPostgres;
let database: Database;
let ours: TenantId;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
  const tenants = new TenantDirectory(database);
  ours = (await tenants.create({ id: 'ours', name: 'Ours', timezone: TIMEZONE })).id;
  await tenants.create({ id: 'theirs', name: 'Theirs' });
});
afterAll(() => postgres.stop());

interface Story {
  readonly tenantId?: string;
  readonly rule?: string;
  readonly firedAt: string;
  /** Seconds since it fired, or that the condition had held. */
  readonly detected: number;
  readonly acknowledged?: number;
  readonly resolved?: number;
  readonly because?: 'well' | 'by_hand' | 'rule_changed';
}

async function tell(story: Story): Promise<void> {
  const { tenantId = ours, rule = 'error-rate', acknowledged, resolved, because = 'well' } = story;
  const firedAt = new Date(story.firedAt);
  const after = (seconds: number): Date => new Date(firedAt.getTime() + seconds * SECOND_MS);
  const since = after(-story.detected);
  const subject = story.firedAt;
  const id = await fireAlert(database, { tenantId, rule, since, firedAt, value: 10, subject });
  const act = { tenantId: ours, id, actor: SYSTEM };
  if (acknowledged !== undefined) {
    await acknowledge(database.db, { ...act, now: after(acknowledged) }, null);
  }
  if (resolved !== undefined && because === 'by_hand') {
    await resolveByHand(database.db, { ...act, now: after(resolved) }, null, {
      telling: UNTOLD,
      logger: silent,
    });
  } else if (resolved !== undefined && because !== 'by_hand') {
    await endAlert(database, id, after(resolved), because);
  }
}

it('has the mean times of those that came so far, by severity and local day', async () => {
  await tell({ firedAt: '2026-10-05T16:59:00Z', detected: 10, acknowledged: 45, resolved: 600 });
  // Midnight of Jakarta is at 17:00 UTC.
  await tell({
    firedAt: '2026-10-05T17:01:00Z',
    detected: 30,
    acknowledged: 459,
    resolved: 1_560,
    because: 'by_hand',
  });
  await tell({ firedAt: '2026-10-06T01:00:00Z', detected: 20, rule: 'response-time-p95' });
  await tell({ firedAt: '2026-10-06T02:00:00Z', detected: 20, resolved: 5, because: 'rule_changed' });
  await tell({ firedAt: '2026-09-30T16:59:59Z', detected: 20, resolved: 5 });
  await tell({ tenantId: 'theirs', firedAt: '2026-10-06T02:00:00Z', detected: 20, resolved: 5 });

  const question = { name: 'custom', start: '2026-10-01', end: '2026-10-31' } as const;
  const period = usagePeriod(question, TIMEZONE, new Date('2026-11-22T00:00:00Z'));
  const found = await alertStatistics(database.db, ours, period, 'day');
  expect(found.total).toEqual({
    fired: 4,
    acknowledged: 2,
    resolved: 2,
    lasting: 1,
    time_to_detect: { mean: 20, shortest: 10, longest: 30 },
    time_to_acknowledge: { mean: 252, shortest: 45, longest: 459 },
    time_to_resolve: { mean: 1_080, shortest: 600, longest: 1_560 },
  });
  expect(found.by_severity).toMatchObject([
    { severity: 'warning', fired: 1, time_to_acknowledge: null, time_to_resolve: null },
    { severity: 'critical', fired: 3, resolved: 2 },
  ]);
  expect(found.by_period).toMatchObject([
    { start: '2026-10-05', fired: 1, time_to_resolve: { mean: 600 } },
    { start: '2026-10-06', fired: 3, time_to_resolve: { mean: 1_560 } },
  ]);
  const monthly = await alertStatistics(database.db, ours, period, 'month');
  expect(monthly.by_period).toMatchObject([{ start: '2026-10-01', fired: 4 }]);
});

it('has nothing of a period without alerts', async () => {
  const period = usagePeriod({ name: 'last_month' }, TIMEZONE, new Date('2025-11-22T00:00:00Z'));
  const found = await alertStatistics(database.db, ours, period, 'week');
  expect(found).toMatchObject({ total: { fired: 0, time_to_detect: null }, by_severity: [], by_period: [] });
});
