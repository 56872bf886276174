import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryDirectory } from '../testing/engine.ts';

const CHILD = fileURLToPath(new URL('../testing/limited-child.ts', import.meta.url));
/** What the child's files may hold; a line is some 230 bytes. */
const LIMIT_BYTES = 64 * 1024;
const BLOCK_BYTES = 512;
/** Of util-linux. */
const PRLIMIT = 'prlimit';
const requireAll = process.env['REQUIRE_ALL'] === '1';
const canLimit = spawnSync(PRLIMIT, ['--version']).status === 0;

const answer = z.object({
  accepted: z.number(),
  inSpool: z.number(),
  lost: z.number(),
  spool: z.string(),
  spoolReason: z.string().optional(),
  synced: z.boolean(),
  took: z.number(),
  messages: z.array(z.string()),
});

let child: ChildProcess | undefined;
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
});

async function record(count: number): Promise<z.infer<typeof answer>> {
  const answered = child === undefined ? [] : once(child, 'message');
  child?.send(count);
  return answer.parse((await answered)[0]);
}

it.skipIf(!(canLimit || requireAll))(
  'goes on taking records while the disk takes nothing, says so, and has them all on disk when it takes them again',
  async () => {
    const directory = join(temporaryDirectory(), 'spool');
    const limited = `ulimit -S -f ${LIMIT_BYTES / BLOCK_BYTES}; exec "$@"`;
    child = spawn('sh', ['-c', limited, 'sh', process.execPath, '--import', 'tsx', CHILD, directory], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // The cache of the loader would write files too.
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    });
    await once(child, 'message');
    expect(await record(100)).toMatchObject({ synced: true, spool: 'ok', accepted: 100, lost: 0 });

    const failing = await record(2_000);
    expect(failing).toMatchObject({
      synced: false,
      spool: 'failing',
      accepted: 2_100,
      inSpool: 2_100,
      lost: 0,
    });
    expect(failing.spoolReason).toContain('EFBIG');
    expect(failing.took).toBeLessThan(1_000);
    expect(await record(10)).toMatchObject({ synced: false, inSpool: 2_110, lost: 0 });

    spawnSync(PRLIMIT, ['--pid', String(child.pid), '--fsize=unlimited']);
    let again = await record(0);
    for (let tries = 0; !again.synced && tries < 10; tries += 1) {
      again = await record(0);
    }
    expect(again).toMatchObject({ synced: true, spool: 'ok', inSpool: 2_110, lost: 0 });
    expect(again.messages.filter((message) => message.includes('cannot be written'))).toHaveLength(1);
    expect(again.messages).toContain('the spool can be written again');
    const [file = ''] = readdirSync(directory).filter((name) => name.endsWith('.open'));
    const lines = readFileSync(join(directory, file), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(2_110);
    expect(new Set(lines.map((line) => line.split(',')[1])).size).toBe(2_110);
  },
);
