// Where the embedded Postgres lives.
//
// The rule: in the wanted directory, run from the npm package. Only when Postgres must run under another account
// (see account.ts) and that account cannot reach one of the two, because a directory above is closed to it (/root,
// a checkout with mode 0700), does that one move under /var/lib/riwayat:
//   - the binaries are copied once per version, to /var/lib/riwayat/postgres-<version>;
//   - the data goes to /var/lib/riwayat/<hash of the wanted path>-<random>, and `elsewhere` in the wanted directory
//     is a symbolic link to it. Whoever deletes the wanted directory starts anew.
// Nobody's permissions are widened. What moves is said in the log.

import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, cp, lstat, mkdir, readlink, realpath, rename, rm, stat, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Account, serverAccount } from './account.ts';
import { type Binaries, binariesIn, findBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './embedded-error.ts';
import type { Logger } from './logger.ts';

const run = promisify(execFile);

const REACHABLE_ROOT = '/var/lib/riwayat';
const LINK = 'elsewhere';
const HASH_DIGITS = 12;
const PRIVATE = 0o700;
const OPEN = 0o755;

/** Everything that is decided before a server is started. */
export interface Placement {
  /** The directory that holds the cluster and what belongs to it; no symbolic links in it. */
  readonly home: string;
  readonly binaries: Binaries;
  /** Undefined: the account of this process. */
  readonly account: Account | undefined;
}

/**
 * Decides where Postgres lives by the rule above, and makes the directory.
 *
 * @param wanted the directory asked for
 * @throws {EmbeddedPostgresError} when there is no such place
 */
export async function place(wanted: string, logger: Logger): Promise<Placement> {
  const binaries = await findBinaries();
  const account = await serverAccount();
  try {
    const directory = resolve(wanted);
    await mkdir(directory, { recursive: true });
    await chmod(directory, PRIVATE);
    if (account === undefined) {
      return { home: await realpath(directory), binaries, account };
    }
    return {
      home: await reachableHome(directory, account, logger),
      binaries: await reachableBinaries(binaries, account, logger),
      account,
    };
  } catch (error) {
    throw noRights(wanted, error);
  }
}

/** A one-line error for a directory that may not be used as it must be; any other error as it is. */
export function noRights(path: string, error: unknown): unknown {
  if (
    error instanceof Error &&
    'code' in error &&
    ['EACCES', 'EPERM', 'EROFS'].includes(String(error.code))
  ) {
    return new EmbeddedPostgresError(
      'no-rights',
      `The Postgres data in ${path} cannot be used by this user (${error.message}). Start as the user it belongs to, give this one the right to it, or choose another directory: DATA_DIR=/some/where`,
      error,
    );
  }
  return error;
}

async function reachableHome(directory: string, account: Account, logger: Logger): Promise<string> {
  const link = join(directory, LINK);
  const moved = await readlink(link).catch(() => undefined);
  if (moved !== undefined && (await isDirectory(moved))) {
    await belongTo(moved, account);
    return moved;
  }
  await belongTo(directory, account);
  const real = await realpath(directory);
  if (await can(account, 'test -w "$0" && test -x "$0"', real)) {
    return real;
  }
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, HASH_DIGITS);
  const home = join(REACHABLE_ROOT, `${hash}-${randomBytes(4).toString('hex')}`);
  await mkdir(REACHABLE_ROOT, { recursive: true, mode: OPEN });
  await mkdir(home, { mode: PRIVATE });
  await belongTo(home, account);
  await rm(link, { force: true });
  await symlink(home, link);
  logger.warn(
    { wanted: directory, home },
    `the account of Postgres cannot reach ${directory}, so its data lives in ${home}`,
  );
  return home;
}

/** The binaries themselves when the account can run them, else their copy, made when there is none that runs. */
export async function reachableBinaries(
  binaries: Binaries,
  account: Account,
  logger: Logger,
): Promise<Binaries> {
  if (await can(account, '"$0" --version', binaries.postgres)) {
    return binaries;
  }
  const copy = binariesIn(join(REACHABLE_ROOT, `postgres-${binaries.version}`), binaries.version);
  if (await can(account, '"$0" --version', copy.postgres)) {
    return copy;
  }
  logger.warn(
    { from: binaries.root, to: copy.root },
    `the account of Postgres cannot reach ${dirname(binaries.root)}, so its binaries are copied to ${copy.root}`,
  );
  const unfinished = `${copy.root}.${randomBytes(4).toString('hex')}`;
  await mkdir(REACHABLE_ROOT, { recursive: true, mode: OPEN });
  await cp(binaries.root, unfinished, { recursive: true, verbatimSymlinks: true });
  await run('chmod', ['-R', 'a+rX', unfinished]);
  await rm(copy.root, { recursive: true, force: true });
  try {
    await rename(unfinished, copy.root);
  } catch (error) {
    // Another process has put its copy there meanwhile: they are the same.
    await rm(unfinished, { recursive: true, force: true });
    if (!(await can(account, '"$0" --version', copy.postgres))) {
      throw error;
    }
  }
  return copy;
}

/** Gives a directory, with all that is in it, to the account, unless it has it already. */
async function belongTo(directory: string, { uid, gid }: Account): Promise<void> {
  if ((await stat(directory)).uid !== uid) {
    await run('chown', ['-R', `${uid}:${gid}`, directory]);
  }
}

/** Asks the operating system itself, as the account: modes, access lists and mounts all have a say. */
async function can(account: Account, test: string, path: string): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', test, path], { ...account, cwd: '/' });
    return true;
  } catch {
    // A failed test is the answer.
    return false;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return lstat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
