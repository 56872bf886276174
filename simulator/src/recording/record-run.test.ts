import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { allParameters, defaultValues } from '../calibration/parameters.ts';
import type { MonthRun } from '../run/month-run.ts';
import { simulateMonth } from '../run/simulate-month.ts';
import { documentedScenario } from '../scenario/documented.ts';
import { recordRun } from './record-run.ts';
import { runRequests } from './run-requests.ts';

const directory = mkdtempSync(join(tmpdir(), 'riwayat-record-'));
afterAll(() => rmSync(directory, { recursive: true }));

const silent = (): void => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const scenario = documentedScenario();
const month = (replication: number): MonthRun =>
  simulateMonth({ scenario, parameters: defaultValues(allParameters), seed: 4, replication });

describe('recordRun', () => {
  it('stores every request and sample of a run once, under an id of its own', async () => {
    const run = month(0);
    const address = { kind: 'embedded', path: join(directory, 'clickhouse') } as const;
    const options = { address, logger, scenario, seed: 4, replication: 0, run };
    const minutes = run.state.cpu.length;
    const first = await recordRun(options);
    expect(first).toMatchObject({ isNew: true, requests: 13_880, samples: 2 * minutes });
    expect(await recordRun(options)).toEqual({ ...first, isNew: false });
    const other = await recordRun({ ...options, replication: 1, run: month(1) });
    expect(other.isNew).toBe(true);
    expect(other.runId).not.toBe(first.runId);
  });
});

describe('runRequests', () => {
  const requests = [...runRequests(month(0), '2026-11-02')];

  it('gives the requests of a run in order, from the midnight that it begins with', () => {
    expect(requests).toHaveLength(13_880);
    const midnight = Date.parse('2026-11-02T00:00:00+07:00') * 1000;
    expect(requests[0]?.ts).toBeGreaterThanOrEqual(midnight);
    expect(requests.every(({ ts }, index) => ts >= (requests[index - 1]?.ts ?? 0))).toBe(true);
  });

  it('names the people as the population does, and what they looked for', () => {
    expect(new Set(requests.map(({ userKey }) => userKey)).size).toBeLessThanOrEqual(60);
    expect(requests.some(({ userKey }) => userKey === 'mentor-superstar-1')).toBe(true);
    const searches = requests.filter(({ search }) => search !== undefined);
    expect(searches.length).toBeGreaterThan(100);
    expect(searches.every(({ search, item }) => search !== '' && item === undefined)).toBe(true);
    const pages = requests.filter(({ endpoint }) => endpoint === '/api/public/kursus/:id');
    expect(pages.every(({ item }) => item !== undefined && item >= 1)).toBe(true);
  });
});
