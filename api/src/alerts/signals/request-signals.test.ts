// Signals of requests and people, on the engines: what was recorded, and nothing else.
import { CATALOGUE, planSchema } from '@riwayat/billing';
import { microseconds, RequestIds, type RequestRecord, type TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../../audit/audit.ts';
import { openContract } from '../../billing/contracts.ts';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';
import { tenantRow } from '../../tenants/tenant.ts';
import { startApplication, type TestApplication } from '../../testing/application.ts';
import { requestOf } from '../../testing/records.ts';
import { questionOf } from '../../testing/signal-questions.ts';
import { Agreements } from './agreements.ts';
import { peopleSignals } from './people-signals.ts';
import type { SignalQuestion, SignalReader } from './reader.ts';
import { requestSignals } from './request-signals.ts';
import { securitySignal } from './security-signal.ts';
import { SilenceSignal } from './silence-signal.ts';

const PLATFORM = tenantRow.shape.id.parse(OPERATORS_TENANT);
const FIVE_MINUTES = 300;
const MS_PER_WEEK = 7 * 86_400_000;
const ids = new RequestIds('signals');

let application: TestApplication;
let one: TenantId;
let other: TenantId;
let quiet: TenantId;
/** After everything that was recorded. */
let at: Date;

/** Records a request some seconds before the instant. */
function record(tenantId: TenantId, secondsAgo: number, changes: Partial<RequestRecord> = {}): void {
  const began = new Date(at.getTime() - secondsAgo * 1_000);
  const requestId = ids.next(began.getTime());
  application.services.collector.record(requestOf(tenantId, began, { requestId, ...changes }));
}

async function read(reader: SignalReader, ...questions: SignalQuestion[]): Promise<(number | null)[]> {
  const answers = await reader.read(questions, at);
  return answers.map((values) => {
    expect(values).toHaveLength(1);
    return values[0]?.value ?? null;
  });
}

beforeAll(async () => {
  at = new Date();
  application = await startApplication();
  [one, other, quiet] = await Promise.all([
    application.createTenant('satu', ['manager']),
    application.createTenant('dua', ['manager']),
    application.createTenant('tiga', ['manager']),
  ]);
  for (const [index, ms] of [10, 20, 30, 40].entries()) {
    record(one, 10 + index, {
      duration: microseconds(ms),
      status: index === 0 ? 500 : 200,
      userId: `u${index}`,
    });
  }
  record(one, 5, { kind: 'websocket', duration: microseconds(600_000), userId: '' });
  record(one, 20, { endpoint: '/slow', duration: microseconds(900), cache: 'hit', userId: 'u1' });
  record(one, 20, { cache: 'miss', duration: microseconds(900) });
  // Exactly a window ago, which is not in it, and a moment later, which is.
  record(one, FIVE_MINUTES, { duration: microseconds(7_000) });
  record(one, 299.999, { duration: microseconds(100) });
  record(one, MS_PER_WEEK / 1_000 + 30, { duration: microseconds(2) });
  record(other, 3, { status: 503, userId: 'u1', duration: microseconds(5) });
  await application.services.collector.drain();
});
afterAll(() => application.stop());

it('read times, errors, hits and rates of a tenant as they were recorded', async () => {
  const reader = requestSignals(application.services.collector.windows);
  const window = FIVE_MINUTES;
  const [mean, p95, errors, hits, rate, lone, slow] = await read(
    reader,
    questionOf(one, { signal: 'response_time', window }),
    questionOf(one, { signal: 'response_time_p95', window }),
    questionOf(one, { signal: 'error_rate', window }),
    questionOf(one, { signal: 'cache_hit_ratio', window, when: { kind: 'below', value: 70 } }),
    questionOf(one, { signal: 'throughput', window }),
    questionOf(other, { signal: 'error_rate', window }),
    questionOf(one, { signal: 'response_time', window, only: { endpoint: '/slow' } }),
  );
  const times = [10, 20, 30, 40, 900, 900, 100];
  expect(mean).toBeCloseTo(times.reduce((sum, ms) => sum + ms, 0) / times.length, 6);
  expect(Math.abs((p95 ?? 0) - 900)).toBeLessThan(900 * 0.016);
  expect(errors).toBeCloseTo(100 / 8, 6);
  expect(hits).toBe(50);
  expect(rate).toBeCloseTo(8 / window, 9);
  expect(lone).toBe(100);
  expect(slow).toBe(900);
});

it('compare with the same span a week ago, and with the span before', async () => {
  const reader = requestSignals(application.services.collector.windows);
  const { tenantId, input } = questionOf(one, { signal: 'response_time', window: 60 });
  const ago = (seconds: number): SignalQuestion => ({ tenantId, input: { ...input, ago: seconds } });
  expect(await read(reader, ago(MS_PER_WEEK / 1_000), ago(240), ago(3_600))).toEqual([2, 100, null]);
});

it('have no data where nothing happened, or less than a rule asks for; a rate of nothing is 0', async () => {
  const reader = requestSignals(application.services.collector.windows);
  const window = FIVE_MINUTES;
  expect(
    await read(
      reader,
      questionOf(quiet, { signal: 'error_rate', window }),
      questionOf(quiet, { signal: 'response_time', window }),
      questionOf(quiet, { signal: 'throughput', window }),
      questionOf(other, { signal: 'error_rate', window, least: 2 }),
      questionOf(other, { signal: 'response_time', window, least: 1 }),
      // Of eight calls seven were answered: the eighth is a stream, which has no time to count.
      questionOf(one, { signal: 'response_time_p95', window, least: 8 }),
    ),
  ).toEqual([null, null, 0, null, 5, null]);
});

it('read all tenants together for the platform, and for nobody else', async () => {
  const reader = requestSignals(application.services.collector.windows);
  const asked = [PLATFORM, one].map((id) => questionOf(id, { signal: 'throughput', window: 60 }));
  const values = await reader.read(asked, at);
  expect(values).toEqual([[{ subject: '', value: 8 / 60 }], [{ subject: one, value: 7 / 60 }]]);
});

it('count people at once, against what the plan allows', async () => {
  const { database, prices, collector } = application.services;
  const [plan] = CATALOGUE;
  await prices.add(planSchema.parse({ ...plan, key: 'room', limits: { concurrent_users: '20' } }), SYSTEM);
  await openContract(database.db, { tenantId: one, startedOn: '2026-01-01', plan: 'room' });
  // Of one whose plan is gone, nothing is known; the others are read all the same.
  await openContract(database.db, { tenantId: other, startedOn: '2026-01-01', plan: 'no-such-plan' });
  const reader = peopleSignals(collector.windows, new Agreements(database, prices));
  const window = FIVE_MINUTES;
  expect(
    await read(
      reader,
      questionOf(one, { signal: 'concurrent_users', window }),
      questionOf(other, { signal: 'concurrent_users', window }),
      questionOf(PLATFORM, { signal: 'concurrent_users', window }),
      questionOf(one, { signal: 'capacity_used', window }),
      questionOf(other, { signal: 'capacity_used', window }),
      questionOf(quiet, { signal: 'concurrent_users', window }),
    ),
  ).toEqual([4, 1, 5, 20, null, 0]);
});

it('say for how long a tenant has been silent, unless it never sent anything', async () => {
  const reader = new SilenceSignal(application.services.collector.windows);
  const asked = [one, other, quiet, PLATFORM].map((id) => questionOf(id, { signal: 'silence' }));
  expect(await read(reader, ...asked)).toEqual([5, 3, null, 3]);
  record(other, 1);
  await application.services.collector.drain();
  expect(await read(reader, ...asked)).toEqual([5, 1, null, 1]);
});

it('count bursts that look like an attack, and each log-in that failed', async () => {
  const { collector, database } = application.services;
  const tell = (id: string, kind: string): Promise<unknown> =>
    collector.ingest(one, [
      {
        table: 'events',
        identity: { source: '/security', id },
        event: {
          ts: microseconds(at.getTime() - 1_000),
          tenantId: one,
          id,
          source: '/security',
          type: `riwayat.security.${kind}`,
          subject: '/x',
          data: '{}',
          userId: '',
        },
      },
    ]);
  await Promise.all([tell('1', 'rate-limited'), tell('2', 'rate-limited'), tell('3', 'cross-tenant')]);
  await collector.drain();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const payload = { email: 'manager@satu.example', password: 'not it at all' };
    const answer = await application.app.inject({ method: 'POST', url: '/api/login', payload });
    expect(answer.statusCode).toBe(401);
  }
  const reader = securitySignal(collector.windows, database);
  const window = FIVE_MINUTES;
  const incidents = (id: TenantId, incident?: string): SignalQuestion =>
    questionOf(id, { signal: 'security_incidents', window, ...(incident && { only: { incident } }) });
  const asked = [
    incidents(one),
    incidents(one, 'rate-limited'),
    incidents(one, 'failed-logins'),
    incidents(other, 'failed-logins'),
    incidents(PLATFORM, 'failed-logins'),
    incidents(PLATFORM),
    incidents(other),
  ];
  const answers = await reader.read(asked, new Date());
  expect(answers.map(([value]) => value?.value)).toEqual([3, 2, 3, 0, 3, 3, 0]);
});
