import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { eventually, temporaryDirectory, testLogger } from '../testing/engine.ts';
import { openSpool } from './opening.ts';
import { QuotaError, type SpoolQuota } from './quota.ts';
import type { SealedSegment } from './segment.ts';
import type { Spool } from './spool.ts';

const NOW = Date.UTC(2026, 0, 1) * 1_000;
const LINE = `["${'x'.repeat(95)}"]\n`;
const QUOTA: SpoolQuota = { totalBytes: 4_000, tenantShare: 0.5, reserveBytes: 0 };

async function open(
  directory: string,
  quota: SpoolQuota = QUOTA,
): Promise<{ spool: Spool; sealed: SealedSegment[]; logger: ReturnType<typeof testLogger> }> {
  const sealed: SealedSegment[] = [];
  const logger = testLogger();
  const spool = await openSpool({
    directory,
    instance: 'test',
    limits: { maxRows: 10, maxBytes: 1_000_000, maxAgeMs: 600_000 },
    quota,
    logger,
    onRecovered: () => undefined,
    onSealed: (segment) => sealed.push(segment),
  });
  return { spool, sealed, logger };
}

function fill(spool: Spool, tenantId: string, lines: number): boolean[] {
  return Array.from({ length: lines }, () => spool.append('requests', LINE, tenantId, NOW));
}

function refusal(spool: Spool, tenantId: string): QuotaError | undefined {
  try {
    spool.admit(tenantId);
    return undefined;
  } catch (error) {
    if (error instanceof QuotaError) {
      return error;
    }
    throw error;
  }
}

it('turns away the tenant that fills its share, everybody when all is full, and lets them in again', async () => {
  const { spool, sealed, logger } = await open(temporaryDirectory());
  fill(spool, 'greedy', 19);
  expect(refusal(spool, 'greedy')).toBeUndefined();
  fill(spool, 'greedy', 2);
  expect(refusal(spool, 'greedy')?.code).toBe('tenant-quota');
  expect(refusal(spool, 'modest')).toBeUndefined();
  expect(spool.status().state).toBe('ok');

  fill(spool, 'modest', 19);
  expect(refusal(spool, 'third')?.code).toBe('spool-full');
  expect(refusal(spool, 'greedy')?.retryAfterSeconds).toBeGreaterThan(0);
  expect(spool.status()).toMatchObject({ state: 'full', usedBytes: 4_000, quotaBytes: 4_000 });
  expect(fill(spool, 'greedy', 3)).toEqual([false, false, false]);
  expect(spool.lostOf('requests')).toBe(3);
  expect(logger.lines.filter(({ message }) => message.includes('being lost'))).toHaveLength(1);

  spool.seal();
  await eventually(() => sealed.length === 4);
  expect(refusal(spool, 'greedy')?.code).toBe('spool-full');
  for (const segment of sealed.slice(0, 2)) {
    spool.released(segment);
  }
  expect(refusal(spool, 'greedy')).toBeUndefined();
  expect(refusal(spool, 'modest')).toBeUndefined();
  expect(fill(spool, 'greedy', 1)).toEqual([true]);
  expect(spool.status()).toMatchObject({ state: 'ok', usedBytes: 2_100 });
  await spool.flush();
  await spool.release();
});

it('counts what an earlier process left', async () => {
  const directory = temporaryDirectory();
  const first = await open(directory);
  first.spool.append('events', `[1,"greedy","${'x'.repeat(2_500)}"]\n`, 'greedy', NOW);
  await first.spool.sync();
  await first.spool.release();
  const second = await open(directory);
  expect(refusal(second.spool, 'greedy')?.code).toBe('tenant-quota');
  expect(refusal(second.spool, 'modest')).toBeUndefined();
  for (const segment of second.sealed) {
    rmSync(segment.path);
    second.spool.released(segment);
  }
  expect(refusal(second.spool, 'greedy')).toBeUndefined();
  await second.spool.flush();
  await second.spool.release();
});

it('leaves the reserve of the disk free whatever the quota is', async () => {
  const { spool } = await open(temporaryDirectory(), {
    totalBytes: Number.MAX_SAFE_INTEGER,
    tenantShare: 1,
    reserveBytes: Number.MAX_SAFE_INTEGER,
  });
  expect(refusal(spool, 't1')?.code).toBe('spool-full');
  expect(spool.status()).toMatchObject({ state: 'full', quotaBytes: 0 });
  await spool.flush();
  await spool.release();
});
