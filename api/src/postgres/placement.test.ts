import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { silent, temporaryDirectory } from '../testing/postgres.ts';
import { serverAccount } from './account.ts';
import { binariesIn, findBinaries } from './binaries.ts';
import { reachableBinaries } from './placement.ts';

const run = promisify(execFile);

it('finds binaries that run', async () => {
  const { postgres, initdb, version } = await findBinaries();
  const major = version.split('.')[0];
  expect((await run(postgres, ['--version'])).stdout).toContain(`(PostgreSQL) ${major}.`);
  expect((await run(initdb, ['--version'])).stdout).toContain(`(PostgreSQL) ${major}.`);
});

it('runs Postgres as this user, or as "postgres" for root', async () => {
  const account = await serverAccount();
  if (process.getuid?.() === 0) {
    expect(account?.uid).toBeGreaterThan(0);
  } else {
    expect(account).toBeUndefined();
  }
});

it.runIf(process.getuid?.() === 0)(
  'copies binaries that the account cannot reach, once (needs root)',
  async () => {
    const account = await serverAccount();
    if (account === undefined) {
      throw new Error('root has an account for Postgres');
    }
    const directory = await temporaryDirectory();
    const original = await findBinaries();
    const closed = join(directory, 'closed');
    await mkdir(closed, { mode: 0o700 });
    await cp(original.root, closed, { recursive: true, verbatimSymlinks: true });
    const version = `test-${randomBytes(4).toString('hex')}`;
    const unreachable = binariesIn(closed, version);

    const copy = await reachableBinaries(unreachable, account, silent);
    try {
      expect(copy.root).toBe(`/var/lib/riwayat/postgres-${version}`);
      const { stdout } = await run(copy.postgres, ['--version'], { ...account, cwd: '/' });
      expect(stdout).toContain('PostgreSQL');
      await rm(closed, { recursive: true });
      expect(await reachableBinaries(unreachable, account, silent)).toEqual(copy);
      expect(await reachableBinaries(copy, account, silent)).toEqual(copy);
    } finally {
      await rm(copy.root, { recursive: true, force: true });
      await rm(directory, { recursive: true, force: true });
    }
  },
);
