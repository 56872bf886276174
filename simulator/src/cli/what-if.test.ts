import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { validationReport } from '../validation/validation-report.ts';
import { runProgram } from './program.ts';

/*
 * Nothing is copied from the document: what a scenario file changes shows in the answers, through the same command line
 * that people use.
 */

const directory = mkdtempSync(join(tmpdir(), 'riwayat-what-if-'));
afterAll(() => rmSync(directory, { recursive: true }));

const REPLICATIONS = [0, 1, 2];
/** The evening of the documented peak, local time. */
const RUSH_FROM = Date.parse('2025-09-12T19:30:00+07:00');
const RUSH_UNTIL = Date.parse('2025-09-12T20:30:00+07:00');
const MICROS_PER_MILLISECOND = 1000;

const month = z.object({ total: z.number(), latency: z.object({ mean: z.number() }) });
const request = z.object({ ts: z.number(), endpoint: z.string(), durationMicros: z.number() });

async function simulate(...args: string[]): Promise<string> {
  let out = '';
  const code = await runProgram(args, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      throw new Error(text);
    },
  });
  expect(code, args.join(' ')).toBeLessThan(2);
  return out;
}

function scenarioOf(name: string): string {
  return fileURLToPath(new URL(`../../scenarios/${name}.yaml`, import.meta.url));
}

/** The mean of every figure that a scenario's replications answer, by id. */
async function figuresOf(scenario: string): Promise<(id: string) => number> {
  const out = await simulate(
    ...['validate', '--scenario', scenario, '--replications', `${REPLICATIONS.length}`],
    ...['--workers', '1', '--json'],
  );
  const { figures } = validationReport.parse(JSON.parse(out));
  return (id) => figures.find((figure) => figure.id === id)?.simulated ?? Number.NaN;
}

/** Requests and times of the same replications, all together. */
async function monthsOf(scenario: string) {
  const months: z.infer<typeof month>[] = [];
  const rush: number[] = [];
  const file = join(directory, 'month.ndjson');
  for (const replication of REPLICATIONS) {
    const out = await simulate(
      ...['month', '--scenario', scenario, '--seed', '2', '--replication', `${replication}`],
      ...['--out', file, '--json'],
    );
    months.push(month.parse(JSON.parse(out)));
    for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
      const { ts, endpoint, durationMicros } = request.parse(JSON.parse(line));
      const at = ts / MICROS_PER_MILLISECOND;
      // Pages that no cache answers, and none that waits for a file: their mean does not hang on the mix of requests.
      if (at >= RUSH_FROM && at < RUSH_UNTIL && /login|daftar-sesi|profil-saya/.test(endpoint)) {
        rush.push(durationMicros / MICROS_PER_MILLISECOND);
      }
    }
  }
  return {
    requests: mean(months.map(({ total }) => total)),
    latency: mean(months.map(({ latency }) => latency.mean)),
    rushLatency: mean(rush),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('twice the people on the same machine', () => {
  // Sixty people at the documented rates, as the hundred and twenty are: they differ in number alone.
  const sixtyFile = join(directory, 'sixty.yaml');
  let sixty: Awaited<ReturnType<typeof monthsOf>>;
  let twice: Awaited<ReturnType<typeof monthsOf>>;
  let sixtyFigure: (id: string) => number;
  let twiceFigure: (id: string) => number;
  const growth = (id: string): number => twiceFigure(id) / sixtyFigure(id);
  beforeAll(async () => {
    writeFileSync(sixtyFile, 'extends: documented\nname: sixty\ncounts: rates\n');
    const twiceFile = scenarioOf('population-120');
    sixty = await monthsOf(sixtyFile);
    twice = await monthsOf(twiceFile);
    sixtyFigure = await figuresOf(sixtyFile);
    twiceFigure = await figuresOf(twiceFile);
  });

  it('send about twice the requests', () => {
    expect(twice.requests / sixty.requests).toBeGreaterThan(1.9);
    expect(twice.requests / sixty.requests).toBeLessThan(2.1);
  });

  it('are about twice as many at once, and use more of everything that they share', () => {
    expect(growth('peak.concurrent-users')).toBeGreaterThan(1.5);
    expect(growth('peak.sessions')).toBeGreaterThan(1.5);
    expect(growth('peak.database-connections')).toBeGreaterThan(1.1);
    expect(growth('peak.uploads')).toBeGreaterThan(1.5);
  });

  it('take more memory, and less than twice of it: what runs without them stays as it is', () => {
    for (const id of [
      'memory.day-7.mean',
      'memory.week-2.mean',
      'memory.week-3.mean',
      'memory.week-4.steady',
    ]) {
      expect(growth(id), id).toBeGreaterThan(1.1);
      expect(growth(id), id).toBeLessThan(1.8);
    }
  });

  it('grow what holds their sessions and files more than what caches the same pages', () => {
    expect(growth('memory.peak.sessions')).toBeGreaterThan(growth('memory.peak.database'));
    expect(growth('memory.peak.file-buffers')).toBeGreaterThan(growth('memory.peak.database'));
  });

  it('wait longer in the rush, and hardly in a month that leaves the machine idle most of the time', () => {
    expect(twice.rushLatency / sixty.rushLatency).toBeGreaterThan(1.2);
    expect(twice.latency / sixty.latency).toBeGreaterThan(0.97);
    expect(twice.latency / sixty.latency).toBeLessThan(1.3);
  });

  it('set off more alerts', () => {
    expect(growth('alerts.memory')).toBeGreaterThan(1);
    expect(growth('alerts.connections')).toBeGreaterThan(1);
  });
});

describe('the documented month without its leaks', () => {
  let documented: (id: string) => number;
  let sound: (id: string) => number;
  beforeAll(async () => {
    documented = await figuresOf('documented');
    sound = await figuresOf(scenarioOf('without-leaks'));
  });

  it('has less memory in use in week 2', () => {
    for (const id of ['memory.week-2.mean', 'memory.week-2.low']) {
      expect(documented(id) - sound(id), id).toBeGreaterThan(0.2);
    }
  });

  it('is exactly the same before the leaks begin and after they are fixed', () => {
    for (const id of ['memory.day-1.mean', 'memory.day-7.06', 'memory.day-7.mean', 'memory.week-4.steady']) {
      expect(sound(id), id).toBe(documented(id));
    }
  });

  it('has the same requests and the same times to answer', () => {
    for (const id of ['requests.week-2', 'peak.concurrent-users', 'latency.login', 'latency.days-22-30']) {
      expect(sound(id), id).toBe(documented(id));
    }
  });
});
