import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silent, temporaryDirectory } from '../testing/postgres.ts';
import { ensureCluster } from './cluster.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';
import { place } from './placement.ts';
import { findPostmaster, isPostmaster } from './postmaster.ts';

const PARENT = fileURLToPath(new URL('../testing/postgres-parent.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;

let directory: string;
/** One for the whole file: making a cluster is most of a first start. Every test leaves it stopped and whole. */
let dataDirectory: string;
let running: EmbeddedPostgres[] = [];

beforeAll(async () => {
  directory = await temporaryDirectory();
  dataDirectory = join(directory, 'postgres');
});

afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  running = [];
});

afterAll(() => rm(directory, { recursive: true, force: true }));

async function start(path = dataDirectory): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDirectory: path, logger: silent });
  running.push(server);
  return server;
}

async function ask(url: string, question: string): Promise<unknown> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(question);
    return Object.values(rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

async function eventually<T>(attempt: () => Promise<T>, patience = 10_000): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await pause(25);
    }
  }
}

async function runningPid(): Promise<number> {
  const found = await findPostmaster(join(dataDirectory, 'cluster'));
  expect(found).toBeDefined();
  return found?.pid ?? 0;
}

/** Starts Postgres in a process of its own and kills that one the hard way: the server is left behind. */
async function orphan(): Promise<string> {
  const parent = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=@riwayat/source', PARENT, dataDirectory],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [url] = await once(createInterface({ input: parent.stdout }), 'line');
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  return String(url);
}

describe('an embedded Postgres', () => {
  it('starts, keeps its data over a stop, and starts again', async () => {
    const first = await start();
    await ask(first.url, `create table kept as select 'yes' as answer`);
    const pid = await runningPid();
    await first.stop();
    expect(await isPostmaster(pid, join(dataDirectory, 'cluster'))).toBe(false);
    await expect(ask(first.url, 'select 1')).rejects.toThrow();

    const second = await start();
    expect(await ask(second.url, 'select answer from kept')).toBe('yes');
  });

  it('listens on the loopback address only, asks for its password and writes through to disk', async () => {
    const { url } = await start();
    expect(await ask(url, 'show listen_addresses')).toBe('127.0.0.1');
    expect(await ask(url, 'show fsync')).toBe('on');
    expect(await ask(url, 'show synchronous_commit')).toBe('on');
    expect(await ask(url, 'show timezone')).toBe('UTC');
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(ask(wrong.href, 'select 1')).rejects.toThrow('password authentication failed');
    expect((await stat(join(dataDirectory, 'password'))).mode & 0o777).toBe(0o600);
  });

  it('takes over the server that a killed process left behind, and ends it on stop', async () => {
    const url = await orphan();
    const pid = await runningPid();
    await ask(url, 'create table from_before as select 42 as answer');

    const server = await start();
    expect(server.url).toBe(url);
    expect(await runningPid()).toBe(pid);
    expect(await ask(server.url, 'select answer from from_before')).toBe(42);

    await server.stop();
    expect(await isPostmaster(pid, join(dataDirectory, 'cluster'))).toBe(false);
  });

  it('ends a server left behind that does not answer, and starts its own', async () => {
    const { directory: cluster, placement } = await ensureCluster(await place(dataDirectory, silent));
    const stranger = spawn(
      placement.binaries.postgres,
      ['-D', cluster, '-c', 'listen_addresses=', '-c', `unix_socket_directories=${placement.home}`],
      { ...placement.account, cwd: '/', stdio: 'ignore' },
    );
    await eventually(async () => expect(await findPostmaster(cluster)).toMatchObject({ ready: true }));

    const ended = once(stranger, 'exit');
    const server = await start();
    expect(await ended).toEqual([0, null]);
    expect(await ask(server.url, 'select 1')).toBe(1);
  });

  it('is not fooled by the pid file of a server that is gone, even when its number lives on', async () => {
    const first = await start();
    await first.stop();
    const path = join(dataDirectory, 'cluster', 'postmaster.pid');
    // This very process has that number now.
    await writeFile(
      path,
      `${process.pid}\n${join(dataDirectory, 'cluster')}\n1\n5432\n\n127.0.0.1\n\nready   \n`,
    );
    const second = await start();
    expect(await ask(second.url, 'select 1')).toBe(1);
    expect(await runningPid()).not.toBe(process.pid);
  });

  it('is started again on the same port when it dies', async () => {
    const { url } = await start();
    await ask(url, 'create table kept_over_a_death as select 7 as answer');
    const pid = await runningPid();
    process.kill(pid, 'SIGKILL');
    expect(await eventually(() => ask(url, 'select answer from kept_over_a_death'))).toBe(7);
    expect(await runningPid()).not.toBe(pid);
  });

  it('is watched in the same way after it was taken over', async () => {
    await orphan();
    const { url } = await start();
    const pid = await runningPid();
    process.kill(pid, 'SIGKILL');
    await eventually(async () => expect(await runningPid()).not.toBe(pid));
    expect(await eventually(() => ask(url, 'select 1'))).toBe(1);
  });

  it('runs beside another one, whose first start was cut off half way before', async () => {
    const other = join(directory, 'other');
    await mkdir(join(other, 'cluster.unfinished'), { recursive: true });
    await writeFile(join(other, 'cluster.unfinished', 'PG_VERSION'), '18\n');
    const one = await start();
    const two = await start(other);
    expect(one.url).not.toBe(two.url);
    expect(await Promise.all([ask(one.url, 'select 1'), ask(two.url, 'select 2')])).toEqual([1, 2]);
  });

  it('says in one line what to do when its password is gone', async () => {
    const file = join(dataDirectory, 'password');
    const password = await readFile(file);
    await rm(file);
    await expect(start()).rejects.toThrow(
      expect.objectContaining({
        code: 'damaged',
        message: expect.stringMatching(/^The password .* start anew.*$/),
      }),
    );
    await writeFile(file, password);
  });

  it('says why when the server itself refuses the data', async () => {
    const file = join(dataDirectory, 'cluster', 'PG_VERSION');
    const version = await readFile(file);
    await writeFile(file, '9\n');
    await expect(start()).rejects.toThrow(
      expect.objectContaining({ code: 'does-not-start', message: expect.stringContaining('incompatible') }),
    );
    await writeFile(file, version);
  });

  // Root has every right, and needs another account for Postgres: each of the two has a case of its own.
  if (isRoot) {
    it('lives elsewhere when a directory above is closed to its account', async () => {
      const closed = join(directory, 'closed');
      await mkdir(closed, { mode: 0o700 });
      const wanted = join(closed, 'postgres');
      const first = await start(wanted);
      const home = await readlink(join(wanted, 'elsewhere'));
      try {
        expect(home).toMatch(/^\/var\/lib\/riwayat\//);
        await ask(first.url, 'create table kept as select 1 as answer');
        await first.stop();
        const second = await start(wanted);
        expect(await ask(second.url, 'select answer from kept')).toBe(1);
        expect(await readlink(join(wanted, 'elsewhere'))).toBe(home);
        await second.stop();
      } finally {
        await rm(home, { recursive: true, force: true });
      }
    });
  } else {
    it('says in one line what to do without the right to the directory', async () => {
      const closed = join(directory, 'closed');
      await mkdir(closed, { mode: 0o500 });
      await expect(start(join(closed, 'postgres'))).rejects.toThrow(
        expect.objectContaining({ code: 'no-rights', message: expect.stringContaining('DATA_DIR') }),
      );
    });
  }
});
