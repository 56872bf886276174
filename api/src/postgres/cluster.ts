import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chown, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-error.ts';
import type { Placement } from './placement.ts';

const run = promisify(execFile);

/** Both the superuser of the cluster, whom nobody reaches from outside this machine, and the database's name. */
const CLUSTER_USER = 'riwayat';
export const CLUSTER_DATABASE = 'riwayat';
/** Postgres's own database, always there. */
export const MAINTENANCE_DATABASE = 'postgres';

const PASSWORD_BYTES = 24;
const OWNER_ONLY = 0o600;
/** Nothing of the parent's environment: PGOPTIONS, LC_ALL or a timezone there must not change the server. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Settings of every start: small enough for a laptop, reachable on the loopback address alone. Durability is not
 * among what is saved on: fsync and synchronous_commit keep their defaults, on.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '40',
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  min_wal_size: '48MB',
  // Nothing replicates from here.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  // Small tables and few cores: helpers and compiled queries cost more than they give.
  max_worker_processes: '2',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  autovacuum_max_workers: '1',
  autovacuum_worker_slots: '2',
  io_method: 'sync',
  jit: 'off',
  huge_pages: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  logging_collector: 'off',
  log_destination: 'stderr',
  // Statements carry people's data; who sent one logs its failure.
  log_min_error_statement: 'panic',
};

/** One Postgres data directory with what is needed to reach a server on it. */
export interface Cluster {
  readonly placement: Placement;
  /** What Postgres calls PGDATA. */
  readonly directory: string;
  readonly password: string;
}

/**
 * The cluster in its place, made when there is none yet. It appears whole or not at all: a first start that was cut
 * off is begun anew.
 *
 * @throws {EmbeddedPostgresError} `damaged` when there is a cluster and no password; `does-not-start` when it
 *   cannot be made
 */
export async function ensureCluster(placement: Placement): Promise<Cluster> {
  const { home } = placement;
  const directory = join(home, 'cluster');
  const passwordFile = join(home, 'password');
  if (await exists(join(directory, 'PG_VERSION'))) {
    const password = await readFile(passwordFile, 'utf8').catch((error: unknown) => {
      throw new EmbeddedPostgresError(
        'damaged',
        `The password of the Postgres in ${home} is gone (${passwordFile}). Put it back, or delete ${home} to start anew without its data.`,
        error,
      );
    });
    return { placement, directory, password: password.trim() };
  }
  const password = randomBytes(PASSWORD_BYTES).toString('base64url');
  const unfinished = join(home, 'cluster.unfinished');
  await rm(unfinished, { recursive: true, force: true });
  await rm(directory, { recursive: true, force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: OWNER_ONLY });
  if (placement.account !== undefined) {
    await chown(passwordFile, placement.account.uid, placement.account.gid);
  }
  await initdb(placement, unfinished, passwordFile);
  await rename(unfinished, directory);
  await syncDirectory(home);
  return { placement, directory, password };
}

/** Where the server of a cluster answers while it listens on `port`. */
export function clusterUrl(cluster: Cluster, port: number, database: string): string {
  return `postgres://${CLUSTER_USER}:${cluster.password}@127.0.0.1:${port}/${database}`;
}

/** Starts the server, as a session of its own: Ctrl-C in a terminal must reach us first, and the server by us. */
export function spawnServer(cluster: Cluster, port: number): ChildProcess {
  const { binaries, account } = cluster.placement;
  const settings = Object.entries({ ...SETTINGS, port: String(port) });
  return spawn(
    binaries.postgres,
    ['-D', cluster.directory, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...account, cwd: '/', env: ENVIRONMENT, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  );
}

async function initdb(placement: Placement, directory: string, passwordFile: string): Promise<void> {
  const { binaries, account } = placement;
  const options = { ...account, cwd: '/', env: ENVIRONMENT };
  try {
    await run(
      binaries.initdb,
      [
        `--pgdata=${directory}`,
        `--username=${CLUSTER_USER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Postgres's own Unicode rules: the same order of names on every machine, whatever is installed there.
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-instructions',
        // Megabytes. The usual 16 would make up half of an empty cluster.
        '--wal-segsize=4',
        // Written through once at the end instead of file by file.
        '--no-sync',
        // Named, so that initdb does not start servers to find out what this machine allows.
        ...['shared_buffers', 'max_connections'].map((name) => `--set=${name}=${SETTINGS[name]}`),
      ],
      options,
    );
    await run(binaries.initdb, ['--sync-only', `--pgdata=${directory}`], options);
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const reason = said === '' && error instanceof Error ? error.message : said.split('\n').at(-1);
    throw new EmbeddedPostgresError(
      'does-not-start',
      `The embedded Postgres could not be set up in ${placement.home}: ${reason}`,
      error,
    );
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return false;
    }
    throw error;
  }
}
