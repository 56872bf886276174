import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from './program.ts';

const directory = mkdtempSync(join(tmpdir(), 'riwayat-alerts-'));
afterAll(() => rmSync(directory, { recursive: true }));

async function simulate(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await runProgram(['alerts', '--workers', '1', ...args], {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { code, out, error };
}

function file(content: unknown): string {
  const path = join(directory, `${Math.random()}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const memory = {
  name: 'Memory, as documented',
  rule: {
    signal: 'memory_used',
    window: 300,
    when: { kind: 'above', value: 85 },
    severity: 'critical',
    flapping: { times: 2, within: 0, calm: 0 },
  },
};

describe('simulate alerts', () => {
  it('counts what the documented month’s rules make of simulated months, beside what is documented', async () => {
    const { code, out } = await simulate('--replications', '2', '--json');
    expect(code).toBe(0);
    const { rules } = JSON.parse(out);
    const byKind = (key: string) =>
      Object.fromEntries(rules.map((rule: Record<string, unknown>) => [rule['kind'], rule[key]]));
    expect(byKind('documented')).toEqual({
      memory: 12,
      cpu: 8,
      connections: 5,
      'response-time': 3,
      disk: 2,
      security: 6,
    });
    for (const { fired, firings, mean } of rules) {
      expect(fired).toHaveLength(2);
      expect(firings).toHaveLength(fired[0]);
      expect(mean).toBe((fired[0] + fired[1]) / 2);
    }
  });

  it('tries rules of a file on the same months', async () => {
    const never = {
      ...memory,
      name: 'Never',
      rule: { ...memory.rule, when: { kind: 'above', value: 1_000 } },
    };
    const errors = {
      name: 'Errors',
      rule: {
        signal: 'error_rate',
        window: 600,
        least: 20,
        when: { kind: 'above', value: 5 },
        for: 60,
        severity: 'warning',
      },
    };
    const logins = {
      name: 'Log-ins',
      rule: {
        signal: 'security_incidents',
        only: { incident: 'failed-logins' },
        window: 3_600,
        when: { kind: 'above', value: 4 },
        severity: 'critical',
      },
    };
    const { code, out } = await simulate(
      '--rules',
      file([memory, never, errors, logins]),
      '--replications',
      '1',
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^Never +0 /m);
    expect(out).toContain('Never: Memory use above 1,000% over 5 minutes\n    none');
    expect(out).toMatch(/Errors +\d/);
    expect(out).toMatch(/Log-ins +[1-9]/);
    // Of means that move on each minute, there are at least as many crossings as of the monitor's blocks.
    const documented = JSON.parse((await simulate('--replications', '1', '--json')).out).rules[0].mean;
    const own = JSON.parse((await simulate('--rules', file(memory), '--replications', '1', '--json')).out);
    expect(own.rules[0].mean).toBeGreaterThanOrEqual(documented);
  });

  it('speaks Indonesian', async () => {
    const { out } = await simulate('--rules', file(memory), '--replications', '1', '--lang', 'id');
    expect(out).toContain('aturan peringatan dicoba pada 1 bulan simulasi');
    expect(out).toContain('Pemakaian memori di atas 85%');
  });

  it.each([
    ['no JSON', '{', /is no JSON/],
    ['nothing', [], /the file: /],
    ['a field that there is not', [memory, { ...memory, color: 'red' }], /1: .*color/],
    [
      'a rule that is none',
      { ...memory, rule: { ...memory.rule, window: 1 } },
      /rule\.window: must be 10 to/,
    ],
    [
      'a signal that is not simulated',
      [{ ...memory, rule: { ...memory.rule, signal: 'event_loop_lag' } }],
      /0\.rule\.signal: is not simulated; a month has response_time, /,
    ],
  ])('refuses a file with %s, and says where', async (_, content, reason) => {
    const { code, out, error } = await simulate('--rules', file(content));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(reason);
  });

  it('refuses a file that there is not', async () => {
    const { code, error } = await simulate('--rules', join(directory, 'none.json'));
    expect(code).toBe(2);
    expect(error).toContain('none.json cannot be read (ENOENT)');
  });
});
