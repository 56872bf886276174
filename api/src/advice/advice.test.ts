import { daysLater, startOfDay } from '@riwayat/billing';
import { microseconds, type TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openContract } from '../billing/contracts.ts';
import { type EventMeter, eventType } from '../metering/event-meters.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { requestOf } from '../testing/records.ts';

const ZONE = 'Asia/Jakarta';
const HOUR_MS = 3_600_000;
/** 18:00 in Jakarta on 16 March 2026, a Monday. */
const NOW = new Date('2026-03-16T11:00:00Z');
const FIRST_DAY = '2026-01-12';
const DAYS_BEFORE_TODAY = 63;

let application: TestApplication;
let tenant: TenantId;

beforeAll(async () => {
  application = await startApplication({}, () => NOW);
  tenant = await application.createTenant('co-op', ['administrator', 'manager', 'board', 'member']);
  const { collector, database } = application.services;
  await openContract(database.db, { tenantId: tenant, startedOn: '2026-01-01', plan: 'professional' });
  // Ten calls on working days, five on others, all in the evening; one session a day, so that it is chatty.
  for (let index = 0; index <= DAYS_BEFORE_TODAY; index += 1) {
    const day = daysLater(FIRST_DAY, index);
    const evening = startOfDay(day, ZONE).getTime() + 17 * HOUR_MS;
    for (let call = 0; call < (index % 7 < 5 ? 10 : 5); call += 1) {
      const at = new Date(evening + call * 60_000);
      collector.record(requestOf(tenant, at, { sessionId: day, cpu: microseconds(1) }));
    }
  }
  await tell('members', '2026-01-12T00:00:00Z', '60');
  await tell('admin_users', '2026-01-12T00:00:00Z', '3');
  await collector.drain();
});
afterAll(() => application.stop());

async function tell(meter: EventMeter, at: string, value: string): Promise<void> {
  const id = `${meter} ${at}`;
  const event = {
    ts: microseconds(Date.parse(at)),
    tenantId: tenant,
    id,
    source: 'urn:test',
    type: eventType(meter),
    subject: '',
    data: JSON.stringify({ value }),
    userId: '',
  };
  await application.services.collector.ingest(tenant, [
    { table: 'events', event, identity: { source: 'urn:test', id } },
  ]);
}

async function answerTo(path: string, of = 'co-op', role: 'administrator' | 'board' = 'administrator') {
  const token = await application.tokenOf(of, role);
  return application.app.inject({
    method: 'GET',
    url: `/api/v1/tenant/billing/${path}`,
    headers: { authorization: `Bearer ${token}` },
  });
}

describe('a tenant with nine weeks of usage', () => {
  it('is told what this month and the next will have used and cost', async () => {
    const answer = await answerTo('forecast');
    expect(answer.statusCode).toBe(200);
    const { status, basis, days_known, months } = answer.json();
    expect([status, basis, days_known]).toEqual(['forecast', 'weeks', 63]);
    expect(months.map(({ month, running }: { month: string; running: boolean }) => [month, running])).toEqual(
      [
        ['2026-03', true],
        ['2026-04', false],
      ],
    );
    const calls = months[1].usage.find(({ meter }: { meter: string }) => meter === 'api_calls');
    // April has 22 working days and 8 others.
    expect(calls).toEqual({ meter: 'api_calls', low: '260', expected: '260', high: '260' });
    expect(months[0].cost).toEqual({ low: 1_500_000, expected: 1_500_000, high: 1_500_000 });
    expect(months[0].components).toMatchObject({ base_fee: 1_500_000 });
  });

  it('sees the same expectation beside what the month has cost so far', async () => {
    const { months } = (await answerTo('forecast')).json();
    const { total_cost } = (await answerTo('../usage/summary')).json();
    expect(total_cost.prediction).toBe(months[0].cost.expected);
  });

  it('finds in its audit log who looked at advice', async () => {
    await answerTo('advice');
    await vi.waitFor(async () => {
      const entries = await application.services.database.db
        .selectFrom('audit_log')
        .select(['subject_id', 'details'])
        .where('tenant_id', '=', tenant)
        .where('action', '=', 'usage.read')
        .execute();
      expect(entries).toContainEqual({
        subject_id: 'advice',
        details: { start: '2025-12-01', end: '2026-03-16' },
      });
    });
  });

  it('sees every plan priced on its last month, the cheapest that it fits into, and where others are cheaper', async () => {
    const { month, complete, current, cheapest, plans, break_even } = (await answerTo('plans')).json();
    expect([month, complete, current, cheapest]).toEqual(['2026-02', true, 'professional', 'tiered']);
    const usage = plans.find(({ key }: { key: string }) => key === 'usage');
    expect([usage.total, usage.difference, usage.fits]).toEqual([420_000, -1_080_000, true]);
    const starter = plans.find(({ key }: { key: string }) => key === 'starter');
    expect([starter.total, starter.exceeded]).toEqual([500_000, ['admin_users']]);
    const point = break_even.find(
      ({ meter, cheaper_below }: Record<string, string>) => meter === 'members' && cheaper_below === 'usage',
    );
    expect(point).toMatchObject({
      quantity: '900',
      cheaper_above: 'professional',
      text: {
        id: 'Di atas 900 anggota, Profesional lebih murah daripada Pemakaian.',
        en: 'Above 900 members, Professional is cheaper than Usage.',
      },
    });
  });

  it('can have another month compared, but none to come', async () => {
    const { month, complete } = (await answerTo('plans?month=2026-03')).json();
    expect([month, complete]).toEqual(['2026-03', false]);
    expect((await answerTo('plans?month=2026-04')).statusCode).toBe(400);
    expect((await answerTo('plans?month=2026-13')).statusCode).toBe(400);
  });

  it('is advised what would have saved how much', async () => {
    const { month, total, advice } = (await answerTo('advice')).json();
    expect([month, total]).toEqual(['2026-02', 1_500_000]);
    expect(advice.map(({ kind, saving }: { kind: string; saving: number }) => [kind, saving])).toEqual([
      ['other-plan', 1_080_000],
      ['commitment', 150_000],
    ]);
    expect(advice[0].title).toEqual({ id: 'Pindah ke paket Bertingkat', en: 'Change to the plan Tiered' });
    expect(advice[0].detail.id).toContain('Rp1.080.000');
  });

  it('is told that its usage has a peak of some hours', async () => {
    const { status, pattern, high_volume, measures, suggested_plans } = (await answerTo('pattern')).json();
    expect([status, pattern, high_volume]).toEqual(['told', 'peak', false]);
    expect(measures.peak_hours).toContain(17);
    expect(measures.peak_share).toBeCloseTo(100, 5);
    expect(suggested_plans).toEqual([]);
  });
});

it('says so when too little is known', async () => {
  const id = await application.createTenant('new', ['administrator']);
  await openContract(application.services.database.db, {
    tenantId: id,
    startedOn: '2026-03-01',
    plan: 'starter',
  });
  expect((await answerTo('forecast', 'new')).json()).toEqual({
    status: 'too-little-known',
    days_known: 0,
    days_needed: 7,
  });
  expect((await answerTo('pattern', 'new')).json()).toEqual({ status: 'too-little-known', days_needed: 14 });
  const { month, plans } = (await answerTo('plans', 'new')).json();
  expect(month).toBe('2026-03');
  expect(plans[0]).toMatchObject({ key: 'tiered', total: 300_000 });
});

it('has nothing to tell a tenant without a contract', async () => {
  await application.createTenant('without', ['administrator']);
  const answer = await answerTo('advice', 'without');
  expect([answer.statusCode, answer.json().code]).toEqual([409, 'contract-missing']);
});

it('does not show endpoints to those who may not read them', async () => {
  const id = await application.createTenant('chatty', ['administrator', 'board']);
  const { collector, database } = application.services;
  await openContract(database.db, { tenantId: id, startedOn: '2026-01-01', plan: 'payg' });
  const at = new Date('2026-02-10T05:00:00Z');
  for (let call = 0; call < 25; call += 1) {
    // Ten gigabytes are free: what is above them costs 50 a gigabyte.
    collector.record(requestOf(id, at, { bytesOut: 2_000_000_000 }));
  }
  await collector.drain();
  const of = async (role: 'administrator' | 'board') => {
    const { advice } = (await answerTo('advice', 'chatty', role)).json();
    return advice.find(({ kind }: { kind: string }) => kind === 'compression');
  };
  const [seen, hidden] = [await of('administrator'), await of('board')];
  expect(seen.saving).toBe(1_875);
  expect(seen.endpoints).toEqual([
    { method: 'GET', endpoint: '/api/public/kursus/:id', amount: 37_500_000_000 },
  ]);
  expect(hidden).toEqual({ ...seen, endpoints: [] });
});
