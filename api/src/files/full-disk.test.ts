import { execFile, spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { inherited, requireAll } from '../testing/environment.ts';
import { temporaryDirectory } from '../testing/postgres.ts';

const CHILD = fileURLToPath(new URL('../testing/limited-store.ts', import.meta.url));
const LIMIT_BYTES = 256 * 1024;
/** Of util-linux. */
const PRLIMIT = 'prlimit';
const canLimit = spawnSync(PRLIMIT, ['--version']).status === 0;

it.runIf(canLimit || requireAll)(
  'keeps what the disk takes, and leaves nothing of what it does not (needs prlimit)',
  async () => {
    const directory = await temporaryDirectory();
    const node = [process.execPath, '--import', 'tsx', '--conditions=@riwayat/source', CHILD, directory];
    const { stdout } = await promisify(execFile)(
      PRLIMIT,
      [`--fsize=${LIMIT_BYTES}`, ...node, String(LIMIT_BYTES * 4), String(LIMIT_BYTES / 2)],
      { env: { ...inherited, TSX_DISABLE_CACHE: '1' } },
    );
    expect(stdout.trim().split('\n')).toEqual(['EFBIG', 'kept']);
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => entry.isFile())).toHaveLength(1);
  },
);
