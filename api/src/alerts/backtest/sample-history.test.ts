import { type RuleInput, STATISTICS } from '@riwayat/alerting';
import { microseconds, type ResourceSample } from '@riwayat/collector';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';
import { tenantRow } from '../../tenants/tenant.ts';
import { startApplication, type TestApplication } from '../../testing/application.ts';
import { questionOf } from '../../testing/signal-questions.ts';
import { SAMPLE_SIGNALS, sampleSignals } from '../signals/sample-signals.ts';
import { eachOf } from './instants.ts';
import { sampleHistory } from './sample-history.ts';

const PLATFORM = tenantRow.shape.id.parse(OPERATORS_TENANT);
/** Long before the application's own samples. */
const FROM = Date.UTC(2026, 9, 10, 3);
const SECONDS = 600;

let application: TestApplication;

function sample(instance: string, second: number, changes: Partial<ResourceSample> = {}): void {
  application.services.collector.sample({
    ts: microseconds(FROM + second * 1_000),
    instance,
    cpu: ((second * 7) % 100) / 100,
    hostCpu: 0.3,
    rss: 5e8 + second * 5e5,
    heapUsed: 0,
    heapTotal: 0,
    external: 0,
    memoryLimit: 1e9,
    hostMemoryUsed: 1e9,
    hostMemoryTotal: 8e9,
    eventLoopLagP99: microseconds(second),
    eventLoopLagMax: microseconds(9),
    openSockets: 0,
    databaseConnections: second % 13,
    databaseWaiting: 0,
    databaseBusy: second % 9,
    databasePool: 10,
    queueDepth: 3,
    cacheHits: 0,
    cacheMisses: 0,
    diskFree: 5,
    diskTotal: 100,
    spoolBytes: 0,
    ended: false,
    ...changes,
  });
}

beforeAll(async () => {
  application = await startApplication();
  for (let second = 0; second < SECONDS; second += 5) {
    sample('api-1', second);
    if (second % 200 < 60) {
      sample('api-2', second + 2, { databasePool: second % 2 === 0 ? 0 : 10 });
    }
  }
  await application.services.collector.drain();
});
afterAll(() => application.stop());

it.each(SAMPLE_SIGNALS)('has of %s what the live reader says, by every statistic', async (signal) => {
  const { sampled, sampleHistory: history } = application.services.collector;
  const live = sampleSignals(sampled);
  const instants = { first: FROM + 300_000, step: 60_000, count: 4 };
  for (const statistic of STATISTICS) {
    const rule: Partial<RuleInput> & Pick<RuleInput, 'signal'> = { signal, statistic, window: 90 };
    const question = questionOf(PLATFORM, {
      ...rule,
      ...(signal === 'disk_free' && { when: { kind: 'below', value: 10 } }),
    });
    const series = await sampleHistory(history).read(question, instants);
    let place = 0;
    for (const at of eachOf(instants)) {
      const [values = []] = await live.read([question], new Date(at));
      for (const { subject, value } of values) {
        const past = series.get(subject)?.[place] ?? null;
        expect(past === null ? null : past.toFixed(9)).toBe(value === null ? null : value.toFixed(9));
      }
      expect(values.map(({ subject }) => subject)).toEqual(['api-1', 'api-2']);
      place += 1;
    }
  }
});

it('tries a rule on every instance, for who runs the platform', async () => {
  const answer = await application.app.inject({
    method: 'POST',
    url: '/api/v1/alerts/backtest',
    headers: { authorization: `Bearer ${await application.operatorToken('proved')}` },
    payload: {
      rule: { signal: 'memory_used', window: 60, when: { kind: 'above', value: 70 }, severity: 'critical' },
      from: new Date(FROM),
      to: new Date(FROM + SECONDS * 1_000),
    },
  });
  expect(answer.statusCode).toBe(200);
  const { subjects, fired, tick_seconds } = answer.json();
  expect({ tick_seconds, fired }).toEqual({ tick_seconds: 5, fired: 2 });
  // Half a gigabyte, and 0.05 % of it more each second: above 70 % when the minute's middle is 400 seconds on.
  const [{ subject, firings }] = subjects;
  expect(subject).toBe('api-1');
  expect((Date.parse(firings[0].fired_at) - FROM) / 1_000).toBe(430);
  expect(firings[0].resolved_at).toBeNull();
});
