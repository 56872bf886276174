import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { validationReport } from '../validation/validation-report.ts';
import { runProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

const directory = mkdtempSync(join(tmpdir(), 'riwayat-validate-'));
afterAll(() => rmSync(directory, { recursive: true }));

const HIDE_CURSOR = '\u001B[?25l';
const SHOW_CURSOR = '\u001B[?25h';

interface Result {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

async function simulate(args: readonly string[], watching: Partial<Terminal> = {}): Promise<Result> {
  let out = '';
  let error = '';
  const code = await runProgram(args, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    ...watching,
  });
  return { code, out, error };
}

describe('simulate validate', () => {
  it('ends with 0 when every figure that is judged is met', async () => {
    const { code, out } = await simulate(['validate', '--scenario', 'coffeeshop', '--replications', '4']);
    expect(out).toContain('figures that are judged are within their tolerance.');
    expect(code).toBe(0);
  });

  it('ends with 1 when a figure is missed: one month says nothing of the spread of counts', async () => {
    const { code, out } = await simulate(['validate', '--replications', '1', '--workers', '1', '--json']);
    expect(code).toBe(1);
    const report = validationReport.parse(JSON.parse(out));
    expect(report.passed).toBe(false);
    expect(report.figures.find(({ id }) => id === 'security.lockouts')?.verdict).toBe('missed');
  });

  it('shows the documented figures beside another scenario and judges none of them', async () => {
    const file = join(directory, 'crowd.yaml');
    writeFileSync(
      file,
      'extends: documented\nname: crowd </script><script>window.hit = 1</script>\ncounts: rates\npeople:\n  browser: 50\n',
    );
    const html = join(directory, 'crowd.html');
    const { code, out, error } = await simulate(
      ['validate', '--scenario', file, '--replications', '2', '--workers', '1', '--json', '--html', html],
      { progress: () => undefined },
    );
    expect(error).toBe('');
    expect(code).toBe(0);
    const report = validationReport.parse(JSON.parse(out));
    expect(report).toMatchObject({ replications: 2, seed: 2, passed: true });
    expect(report.figures.find(({ id }) => id === 'requests.week-2')).toMatchObject({
      documented: 3127,
      simulated: expect.any(Number),
      verdict: 'not judged',
    });
    expect(readFileSync(html, 'utf8')).not.toContain('<script>window.hit');
    expect(readdirSync(directory).sort()).toEqual(['crowd.html', 'crowd.yaml']);
  });

  it('prints what its JSON looks like', async () => {
    const { code, out } = await simulate(['validate', '--schema']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(
      JSON.parse(
        readFileSync(new URL('../../schemas/validation-report.schema.json', import.meta.url), 'utf8'),
      ),
    );
  });

  it('explains nothing of a system without fitted numbers', async () => {
    const { code, error } = await simulate(['validate', '--scenario', 'coffeeshop', '--explain']);
    expect(code).toBe(2);
    expect(error).toContain('--explain is for scenarios of the month');
  });

  it('says where a scenario file is wrong', async () => {
    const file = join(directory, 'wrong.yaml');
    writeFileSync(file, 'extends: documented\npeople:\n  brwoser: 50\n');
    const { code, out, error } = await simulate(['validate', '--scenario', file]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(/wrong\.yaml:3:\d+ .*brwoser/);
    rmSync(file);
  });

  for (const workers of ['1', '2']) {
    it(`ends at once on Ctrl-C with ${workers} threads, leaving the cursor and no file`, async () => {
      const interrupt = new AbortController();
      const shown: string[] = [];
      const html = join(directory, 'half.html');
      const { code, out } = await simulate(
        ['validate', '--replications', '2000', '--workers', workers, '--json', '--html', html],
        {
          signal: interrupt.signal,
          progress: (text) => {
            shown.push(text);
            interrupt.abort();
          },
        },
      );
      expect({ code, out }).toEqual({ code: 130, out: '' });
      expect(existsSync(html)).toBe(false);
      expect(readdirSync(directory).filter((name) => name.startsWith('half'))).toEqual([]);
      expect(shown[0]).toContain(HIDE_CURSOR);
      expect(shown.at(-1)).toContain(SHOW_CURSOR);
    });
  }
});

describe('simulate reconcile', () => {
  it('shows for a contradicted figure what is used and why, in two languages', async () => {
    const english = await simulate(['reconcile']);
    expect(english.code).toBe(0);
    expect(english.out).toMatch(
      /Days 1-2, registration +485 +[\d.]+ +-[\d.]+ +the five parts add up to 1,342/,
    );
    const indonesian = await simulate(['reconcile', '--lang', 'id']);
    expect(indonesian.out).toMatch(/^angka +dokumen +dipakai/);
    expect(JSON.parse((await simulate(['reconcile', '--json'])).out)).toContainEqual(
      expect.objectContaining({ figure: 'requests.week-2', documented: 3127, used: 3127, difference: 0 }),
    );
  });
});
