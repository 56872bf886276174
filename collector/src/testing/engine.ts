import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import type { Logger } from '../logger.ts';

const made: string[] = [];
// Registered first of the file's, so it runs last: what a test left open is closed by then.
afterAll(() => {
  for (const path of made) {
    rmSync(path, { recursive: true, force: true });
  }
});

/** A directory that is removed when the test file ends. */
export function temporaryDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'riwayat-collector-'));
  made.push(path);
  return path;
}

/** A logger whose lines a test can look at. */
export function testLogger(): Logger & { lines: { level: string; fields: object; message: string }[] } {
  const lines: { level: string; fields: object; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Polls until a condition holds; fails after ten seconds. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await condition())) {
        throw new Error('the condition does not hold');
      }
    },
    { timeout: 10_000, interval: 20 },
  );
}
