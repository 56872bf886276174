import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryDirectory } from './testing/postgres.ts';
import { startServer } from './testing/server.ts';

const CHECK_NODE = fileURLToPath(new URL('../../scripts/check-node.cjs', import.meta.url));

describe('a start that cannot succeed says why in one line, and what to do', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await temporaryDirectory();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  /** What the failed start printed, without what it printed before it failed. */
  async function refusal(env: Record<string, string>, dataDirectory = directory): Promise<string> {
    const failed = await startServer({ dataDirectory, env: { DEMO: 'off', ...env } }).then(
      () => {
        throw new Error('it started');
      },
      (error: unknown) => String(error),
    );
    expect(failed).toContain('ended with code 1');
    return failed.split('\n').slice(1).join('\n').trim();
  }

  it('when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    expect(await refusal({ PORT: String(port) })).toBe(
      `Port ${port} on 127.0.0.1 is in use. Stop what uses it, or choose another: PORT=${Number(port) + 1} npm start`,
    );
    other.close();
  });

  it('when settings are wrong: all of them at once', async () => {
    const text = await refusal({ PORT: 'many', DEMO: 'perhaps', DATABASE_URL: 'mysql://x' });
    expect(text.split('\n')).toHaveLength(4);
    expect(text).toMatch(/PORT: .*\n.*DATABASE_URL: .*\n.*DEMO: /s);
  });

  it('when it is production and has no secret', async () => {
    expect(await refusal({ NODE_ENV: 'production' })).toContain('SESSION_SECRET: is required');
  });

  it('when the data directory is a file', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    expect(await refusal({}, file)).toMatch(
      /^The data directory .*file cannot be written \(E\w+\)\. Give this user/,
    );
  });

  it('when the data directory cannot be made', async () => {
    expect(await refusal({}, '/dev/null/riwayat')).toContain('cannot be written (ENOTDIR)');
  });

  it('when another Riwayat has the data directory', async () => {
    const first = await startServer({ dataDirectory: directory, env: { DEMO: 'off' } });
    try {
      expect(await refusal({})).toMatch(/another process|in use/i);
    } finally {
      expect(await first.stop()).toBe(0);
    }
  });

  it('when Node is too old', () => {
    const old = "Object.defineProperty(process.versions, 'node', { value: '18.19.1' });";
    const { status, stderr } = spawnSync(
      process.execPath,
      ['-e', `${old} require(${JSON.stringify(CHECK_NODE)})`],
      {
        encoding: 'utf8',
      },
    );
    expect(status).toBe(1);
    expect(stderr.trim()).toBe(
      'Riwayat needs Node 20.19 or newer; this is Node 18.19.1. Install a current version and try again.',
    );
    expect(execFileSync(process.execPath, [CHECK_NODE], { encoding: 'utf8' })).toBe('');
  });
});
