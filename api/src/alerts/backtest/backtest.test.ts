// Rules on the past, on the engines: the same numbers as live, and what follows from them.
import { INITIAL_STATE, type RuleInput, ruleSchema, step } from '@riwayat/alerting';
import { CATALOGUE, planSchema } from '@riwayat/billing';
import { microseconds, RequestIds, type TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SYSTEM } from '../../audit/audit.ts';
import { openContract } from '../../billing/contracts.ts';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';
import { tenantRow } from '../../tenants/tenant.ts';
import { startApplication, type TestApplication } from '../../testing/application.ts';
import { requestOf } from '../../testing/records.ts';
import { questionOf } from '../../testing/signal-questions.ts';
import { Agreements } from '../signals/agreements.ts';
import { peopleSignals } from '../signals/people-signals.ts';
import { requestSignals } from '../signals/request-signals.ts';
import { securitySignal } from '../signals/security-signal.ts';
import { SilenceSignal } from '../signals/silence-signal.ts';
import { signalHistories } from './histories.ts';
import { eachOf, type Instants } from './instants.ts';

const URL = '/api/v1/alerts/backtest';
const PLATFORM = tenantRow.shape.id.parse(OPERATORS_TENANT);
const MINUTE = 60_000;
/** Whole minutes, so that instants are round. */
const TO = Math.floor(Date.now() / MINUTE) * MINUTE;
const FROM = TO - 3 * 60 * MINUTE;
/** Ten minutes of errors, from here on. */
const FAULT = FROM + 90 * MINUTE;
const FAULT_MINUTES = 10;

let application: TestApplication;
let school: TenantId;
let authorization: string;

beforeAll(async () => {
  application = await startApplication();
  school = await application.createTenant('sekolah', ['it_staff']);
  const other = await application.createTenant('lain', ['manager']);
  const { collector, database, prices } = application.services;
  authorization = `Bearer ${await application.tokenOf('sekolah', 'it_staff')}`;
  const [plan] = CATALOGUE;
  await prices.add(planSchema.parse({ ...plan, key: 'room', limits: { concurrent_users: '20' } }), SYSTEM);
  await openContract(database.db, { tenantId: school, startedOn: '2026-01-01', plan: 'room' });
  const ids = new RequestIds('backtest');
  // Seven seconds apart, so that they fall on instants and between them; none for half an hour.
  for (let at = FROM - 20 * MINUTE, number = 0; at < TO - 4 * MINUTE; at += 7_000, number += 1) {
    const faulty = at >= FAULT && at < FAULT + FAULT_MINUTES * MINUTE;
    if (at < FROM + 20 * MINUTE || at > FROM + 50 * MINUTE) {
      const changes = {
        requestId: ids.next(at),
        status: faulty || number % 40 === 0 ? 500 : 200,
        duration: microseconds(20_000 + (number % 50) * 3_000),
        endpoint: number % 3 === 0 ? '/a' : '/b',
        kind: number % 17 === 0 ? ('websocket' as const) : ('api' as const),
        cache: number % 5 === 0 ? ('hit' as const) : number % 5 === 1 ? ('miss' as const) : ('none' as const),
        userId: `u${number % 9}`,
      };
      collector.record(requestOf(number % 11 === 0 ? other : school, new Date(at), changes));
    }
  }
  await collector.ingest(
    school,
    ['rate-limited', 'rate-limited', 'cross-tenant'].map((kind, index) => ({
      table: 'events' as const,
      identity: { source: '/security', id: `${index}` },
      event: {
        ts: microseconds(FAULT * 1_000 + index),
        tenantId: school,
        id: `${index}`,
        source: '/security',
        type: `riwayat.security.${kind}`,
        subject: '/x',
        data: '{}',
        userId: '',
      },
    })),
  );
  await collector.drain();
});
afterAll(() => application.stop());

const post = async (payload: object) => {
  const answer = await application.app.inject({
    method: 'POST',
    url: URL,
    headers: { authorization },
    payload,
  });
  return { status: answer.statusCode, body: answer.json() };
};
const span = { from: new Date(FROM).toISOString(), to: new Date(TO).toISOString() };
const errors: RuleInput = {
  signal: 'error_rate',
  window: 120,
  least: 5,
  when: { kind: 'above', value: 50 },
  for: 60,
  clear: { value: 10, for: 60 },
  severity: 'critical',
  repeat: 300,
};

describe('a past instant', () => {
  const every = (steps: Instants): number[] => [...eachOf(steps)];

  it.each<Partial<RuleInput> & Pick<RuleInput, 'signal'>>([
    { signal: 'response_time', window: 90 },
    { signal: 'response_time', window: 300, only: { endpoint: '/a' } },
    { signal: 'response_time_p95', window: 300, least: 30 },
    { signal: 'response_time_p99', window: 10 },
    { signal: 'error_rate', window: 120 },
    { signal: 'throughput', window: 300 },
    { signal: 'cache_hit_ratio', window: 600, when: { kind: 'below', value: 70 } },
    { signal: 'concurrent_users', window: 300 },
    { signal: 'capacity_used', window: 300 },
    { signal: 'security_incidents', window: 300 },
    { signal: 'security_incidents', window: 300, only: { incident: 'rate-limited' } },
  ])('has what the live reader says of it: %j', async (rule) => {
    const { collector, database, prices } = application.services;
    const agreements = new Agreements(database, prices);
    const readers = [
      requestSignals(collector.windows),
      peopleSignals(collector.windows, agreements),
      securitySignal(collector.windows, database),
    ];
    const live = readers.find(({ signals }) => signals.includes(rule.signal));
    const past = signalHistories(application.services).find(({ signals }) => signals.includes(rule.signal));
    const instants = { first: FAULT - 3 * MINUTE, step: 5_000, count: 6 };
    const gap = { first: FROM + 18 * MINUTE, step: 6 * MINUTE, count: 3 };
    for (const tenantId of rule.signal === 'capacity_used' ? [school] : [school, PLATFORM]) {
      const question = questionOf(tenantId, rule);
      for (const ago of [0, 600]) {
        const asked = { tenantId, input: { ...question.input, ago } };
        for (const steps of [instants, gap]) {
          const [values] = [...((await past?.read(asked, steps)) ?? new Map()).values()];
          const read = await Promise.all(every(steps).map((at) => live?.read([asked], new Date(at))));
          expect(values).toEqual(read.map((answers) => answers?.[0]?.[0]?.value));
        }
      }
    }
  });

  it('has the silence that the live reader has at the end', async () => {
    const { collector } = application.services;
    const question = questionOf(school, { signal: 'silence' });
    const [past] = signalHistories(application.services).filter(({ signals }) => signals.includes('silence'));
    const valuesFrom = async (first: number): Promise<readonly (number | null)[]> =>
      (await past?.read(question, { first, step: MINUTE, count: 61 }))?.get(school) ?? [];
    // By then the tenant's people have logged in.
    await collector.drain();
    const at = Date.now();
    const [[live] = []] = await new SilenceSignal(collector.windows).read([question], new Date(at));
    expect((await valuesFrom(at - 60 * MINUTE)).at(-1)).toBe(live?.value);
    expect((await valuesFrom(FROM))[49]).toBeGreaterThan(29 * 60);
    expect(await valuesFrom(FROM - 90 * MINUTE)).toContain(null);
  });
});

it('says when a rule would have fired, for how long, and on what', async () => {
  const { status, body } = await post({ rule: errors, ...span });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...span,
    tick_seconds: 60,
    fired: 1,
    notifications: { total: 4, fired: 1, resolved: 1, repeated: 2 },
    limits: { days: 62, points: 1_000, subjects_left_out: 0 },
  });
  const [{ subject, firings, series, readings, seconds_firing }] = body.subjects;
  expect({ subject, readings, points: series.length }).toEqual({
    subject: school,
    readings: 181,
    points: 181,
  });
  // Half of two minutes are errors after one, and a minute is waited for; clear, two minutes after the last error.
  const [{ since, fired_at, resolved_at, fired_with, worst }] = firings;
  const after = (time: string): number => (Date.parse(time) - FAULT) / MINUTE;
  expect(after(since)).toBeGreaterThanOrEqual(1);
  expect(after(since)).toBeLessThanOrEqual(2);
  expect(after(fired_at) - after(since)).toBe(1);
  expect(after(resolved_at)).toBe(FAULT_MINUTES + 3);
  expect(seconds_firing).toBe((Date.parse(resolved_at) - Date.parse(fired_at)) / 1_000);
  expect(fired_with).toMatchObject({ at: fired_at, other: null });
  expect(worst.value).toBe(100);
});

it('says of an hour what live evaluation would have, tick by tick', async () => {
  const from = FAULT - MINUTE;
  const to = FAULT + 4 * MINUTE;
  const { body } = await post({ rule: errors, from: new Date(from), to: new Date(to) });
  const rule = ruleSchema.parse(errors);
  const reader = requestSignals(application.services.collector.windows);
  const question = questionOf(school, errors);
  let state = INITIAL_STATE;
  const fired: string[] = [];
  for (let at = from; at <= to; at += 5_000) {
    const [[read] = []] = await reader.read([question], new Date(at));
    const next = step(rule, state, { at, value: read?.value ?? null });
    state = next.state;
    fired.push(
      ...next.transitions.flatMap(({ kind }) => (kind === 'fired' ? [new Date(at).toISOString()] : [])),
    );
  }
  expect(body.tick_seconds).toBe(5);
  expect(body.subjects[0].firings.map(({ fired_at }: { fired_at: string }) => fired_at)).toEqual(fired);
  expect(fired).toHaveLength(1);
});

it('reads two months in bounded size, whatever was in them', async () => {
  const from = new Date(TO - 62 * 86_400_000).toISOString();
  const { status, body } = await post({
    rule: { ...errors, when: { kind: 'rise', percent: 50, than: 'last_week' } },
    from,
    to: span.to,
  });
  expect(status).toBe(200);
  const [{ series, readings }] = body.subjects;
  expect(readings).toBe(62 * 1_440 + 1);
  expect(series.length).toBeLessThanOrEqual(1_000);
  const high = Math.max(...series.map((point: { high: number | null }) => point.high ?? 0));
  expect(high).toBe(100);
});

it('tries a rule that there is, of the tenant alone', async () => {
  const made = await application.app.inject({
    method: 'POST',
    url: '/api/v1/tenant/alert-rules',
    headers: { authorization },
    payload: { name: 'Errors', rule: errors },
  });
  const { body } = await post({ rule_id: made.json().id, ...span });
  expect(body).toMatchObject({ fired: 1, rule: { signal: 'error_rate' } });
  expect((await post({ rule_id: 'alr_0123456789abcdef0123', ...span })).status).toBe(404);
});

it.each([
  ['no rule', {}, 'body.rule'],
  ['a span that is too long', { rule: errors, from: new Date(TO - 63 * 86_400_000) }, 'body.from'],
  ['a span that ends before it begins', { rule: errors, from: span.to, to: span.from }, 'body.from'],
  ['the future', { rule: errors, to: '2200-01-01T00:00:00Z' }, 'body.to'],
  ['a rule of the platform', { rule: { ...errors, signal: 'cpu_used', least: 0 } }, 'body.rule.signal'],
  ['a rule that is none', { rule: { ...errors, window: 1 } }, 'body.rule.window'],
])('refuses %s and says where', async (_, changes, path) => {
  const { status, body } = await post({ ...span, ...changes });
  expect(status).toBe(400);
  expect(body.errors).toEqual(expect.arrayContaining([expect.objectContaining({ path })]));
});
