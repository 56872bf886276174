import { microseconds, type ResourceSample } from '@riwayat/collector';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';
import { tenantRow } from '../../tenants/tenant.ts';
import { startApplication, type TestApplication } from '../../testing/application.ts';
import { questionOf } from '../../testing/signal-questions.ts';
import { collectorSignals } from './collector-signals.ts';
import { sampleSignals } from './sample-signals.ts';

const PLATFORM = tenantRow.shape.id.parse(OPERATORS_TENANT);
/** Long before the application's own samples. */
const AT = new Date('2026-10-10T03:00:00Z');

let application: TestApplication;

function sample(instance: string, secondsAgo: number, changes: Partial<ResourceSample> = {}): void {
  application.services.collector.sample({
    ts: microseconds(AT.getTime() - secondsAgo * 1_000),
    instance,
    cpu: 0.5,
    hostCpu: 0,
    rss: 9e8,
    heapUsed: 0,
    heapTotal: 0,
    external: 0,
    memoryLimit: 1e9,
    hostMemoryUsed: 1e9,
    hostMemoryTotal: 8e9,
    eventLoopLagP99: microseconds(2),
    eventLoopLagMax: microseconds(9),
    openSockets: 0,
    databaseConnections: 6,
    databaseWaiting: 0,
    databaseBusy: 9,
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
  sample('api-1', 2);
  sample('api-1', 30, { cpu: 1, queueDepth: 9 });
  sample('api-2', 600);
  sample('api-3', 700);
  sample('api-3', 695, { ended: true });
  sample('api-4', 30 * 3_600);
  await application.services.collector.drain();
});
afterAll(() => application.stop());

it('read what each instance uses, by the statistic that is asked for', async () => {
  const reader = sampleSignals(application.services.collector.sampled);
  const window = 60;
  const asked = [
    questionOf(PLATFORM, { signal: 'memory_used', window }),
    questionOf(PLATFORM, { signal: 'cpu_used', window, statistic: 'maximum' }),
    questionOf(PLATFORM, { signal: 'cpu_used', window: 10 }),
    questionOf(PLATFORM, { signal: 'disk_free', window, when: { kind: 'below', value: 10 } }),
    questionOf(PLATFORM, { signal: 'database_pool_used', window }),
    questionOf(PLATFORM, { signal: 'queue_length', window, statistic: 'last' }),
    questionOf(PLATFORM, { signal: 'event_loop_lag', window, statistic: 'minimum' }),
  ];
  const answers = await reader.read(asked, AT);
  const values = [90, 100, 50, 5, 90, 3, 2];
  // An instance without samples in the window is there, without data; one that ended, or is long gone, is not.
  expect(answers).toEqual(
    values.map((value) => [
      { subject: 'api-1', value },
      { subject: 'api-2', value: null },
    ]),
  );
});

it('tell for how long an instance was not heard of, and nobody but who runs the platform', async () => {
  const reader = sampleSignals(application.services.collector.sampled);
  const tenant = await application.createTenant('satu', []);
  const answers = await reader.read(
    [PLATFORM, tenant].map((id) => questionOf(id, { signal: 'instance_silence' })),
    AT,
  );
  expect(answers).toEqual([
    [
      { subject: 'api-1', value: 2 },
      { subject: 'api-2', value: 600 },
    ],
    [],
  ]);
});

it('know whether what is taken in gets stored', async () => {
  const { collector } = application.services;
  const ledger = { hours: collector.ledger.hours, status: () => ({ ...LOOKED, differenceRows: 7 }) };
  const status = () => ({ ...collector.status(), oldestUnsentAgeMs: 61_500 });
  const asked = (['spool_age', 'ledger_difference'] as const).map((signal) =>
    questionOf(PLATFORM, { signal }),
  );
  const reader = collectorSignals({ collector: { status, ledger }, instance: 'api-1' });
  expect(await reader.read(asked, AT)).toEqual([
    [{ subject: 'api-1', value: 61.5 }],
    [{ subject: '', value: 7 }],
  ]);
  const fresh = collectorSignals({
    collector: { status, ledger: { ...ledger, status: () => ({ ...LOOKED, lookedAt: undefined }) } },
    instance: 'api-1',
  });
  expect((await fresh.read(asked, AT))[1]).toEqual([{ subject: '', value: null }]);
});

const LOOKED = { differenceRows: 0, rollupDifferenceRows: 0, differences: [], lookedAt: AT };
