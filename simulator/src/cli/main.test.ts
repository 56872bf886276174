import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from './program.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const TSX = join(dirname(createRequire(import.meta.url).resolve('tsx/package.json')), 'dist/cli.mjs');
const directory = mkdtempSync(join(tmpdir(), 'riwayat-simulate-'));

afterAll(() => rmSync(directory, { recursive: true }));

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs the command line as a process of its own, as people do. */
function simulate(...args: string[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [TSX, '--conditions=@riwayat/source', MAIN, ...args]);
    let out = '';
    let error = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      error += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, error }));
  });
}

/** Runs it in this process, where the process itself is not what is tested. */
async function run(...args: string[]): Promise<Result> {
  let out = '';
  let error = '';
  const code = await runProgram(args, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { code, out, error };
}

describe('simulate month', () => {
  it('prints the same JSON for the same seed, with the documented counts', async () => {
    const one = await simulate('month', '--seed', '7', '--json');
    const again = await run('month', '--seed', '7', '--json');
    expect(one.code).toBe(0);
    expect(one.out).toBe(again.out);
    const month = JSON.parse(one.out);
    expect(month).toMatchObject({ seed: 7, replication: 0, start: '2025-09-01', total: 13_880 });
    expect(Object.keys(month.memory)).toEqual(['peak', 'peakAt', 'machine', 'mean', 'low', 'atPeak']);
    expect(month.latency.p95).toBeGreaterThan(month.latency.p50);
    expect(month.days).toHaveLength(30);
    expect(month.days.slice(7, 14)).toEqual([512, 467, 445, 498, 523, 356, 326]);
    expect(month.roles).toEqual({
      learner: 1247,
      browser: 1156,
      mentor: 589,
      occasional: 342,
      admin: 87,
      inactive: 35,
    });
    expect(month.hours).toHaveLength(24);
  });

  it('shows documented beside simulated, in two languages', async () => {
    const english = await run('month');
    expect(english.code).toBe(0);
    expect(english.out).toMatch(/Whole month +13,880 +13,880 {2}exact/);
    expect(english.out).toMatch(/contradicted \[1\]/);
    expect(english.out).toContain('Every exact figure is met.');
    const indonesian = await run('month', '--lang', 'id');
    expect(english.out).toMatch(/peak [\d.]+ GB of the machine’s [46] GB on day \d+/);
    expect(indonesian.out).toMatch(/Memori: puncak [\d,]+ GB dari \d GB milik server pada hari \d+/);
    expect(indonesian.out).toMatch(/Sebulan penuh +13\.880 +13\.880 {2}tepat/);
  });

  it('writes every request on a line of its own', async () => {
    const file = join(directory, 'month.ndjson');
    const { code, error } = await simulate('month', '--start', '2026-11-02', '--out', file);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(13_880);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ endpoint: '/api/register/cek', method: 'POST' });
    expect(JSON.parse(lines[0] ?? '').ts).toBeGreaterThanOrEqual(
      Date.parse('2026-11-02T00:00:00+07:00') * 1000,
    );
  });

  const wrong: [string[], RegExp][] = [
    [['month', '--seed', 'NaN'], /whole number/],
    [['month', '--seed', '-1'], /whole number|unknown option/],
    [['month', '--start', '2025-09-02'], /not a Monday.*2025-09-01/],
    [['month', '--start', 'yesterday'], /not a date/],
    [['month', '--lang', 'fr'], /en, id/],
    [['mont'], /unknown command 'mont' \(Did you mean month\?\)/],
    [['month', '--colour'], /unknown option/],
    [['month', '--replication', '-1'], /whole number|unknown option/],
    [['month', '--scenario', 'nowhere.yaml'], /no scenario or file "nowhere.yaml".*documented, educounsel/],
    [['validate', '--replications', '0'], /"auto" or a whole number from 1/],
    [['validate', '--replications', 'many'], /"auto" or a whole number from 1/],
    [['validate', '--workers', '0'], /whole number from 1/],
    [['validate', '--scenario', 'educounsle'], /no scenario or file "educounsle"/],
    [['calibrate', '--write'], /--write needs --date/],
    [['calibrate', '--date', 'today'], /YYYY-MM-DD/],
  ];
  for (const [args, message] of wrong) {
    it(`says in one line what is wrong with: ${args.join(' ')}`, async () => {
      const { code, out, error } = await run(...args);
      expect(code).toBe(2);
      expect(out).toBe('');
      expect(error).toMatch(message);
      expect(error.trimEnd().split('\n')).toHaveLength(1);
    });
  }

  it('leaves with the code of the failure', async () => {
    const { code, out, error } = await simulate('month', '--seed', 'NaN');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(/^error: .*whole number.*\n$/);
  });

  it('says when a file cannot be written', async () => {
    const { code, error } = await run('month', '--out', join(directory, 'nowhere', 'month.ndjson'));
    expect(code).toBe(1);
    expect(error).toMatch(/^error: .*cannot be written \(ENOENT\)\.\n$/);
  });

  it('shows progress to somebody who watches', async () => {
    const shown: string[] = [];
    const file = join(directory, 'watched.ndjson');
    await runProgram(['month', '--out', file, '--json'], {
      out: () => undefined,
      error: () => undefined,
      progress: (text) => shown.push(text),
    });
    expect(shown[0]).toContain('2000 of 13880');
    expect(shown.length).toBeGreaterThan(3);
  });

  it('helps with examples', async () => {
    const { code, out } = await run('--help');
    expect(code).toBe(0);
    expect(out).toContain('simulate month --seed 7 --json');
  });

  it('ends quietly when the reader of its pipe has gone', async () => {
    const child = spawn(process.execPath, [TSX, '--conditions=@riwayat/source', MAIN, 'month', '--json']);
    let error = '';
    child.stderr.on('data', (chunk: Buffer) => {
      error += chunk.toString();
    });
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, error }).toEqual({ code: 0, error: '' });
  });
});
