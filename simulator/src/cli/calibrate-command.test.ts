import { describe, expect, it } from 'vitest';
import { runProgram } from './program.ts';
import { INTERRUPTED } from './terminal.ts';

describe('simulate calibrate', () => {
  it('ends on Ctrl-C with its code and prints nothing', async () => {
    const interrupt = new AbortController();
    let out = '';
    const running = runProgram(['calibrate', '--replications', '1000'], {
      out: (text) => {
        out += text;
      },
      error: () => undefined,
      signal: interrupt.signal,
    });
    setImmediate(() => interrupt.abort());
    expect(await running).toBe(INTERRUPTED);
    expect(out).toBe('');
  });
});
