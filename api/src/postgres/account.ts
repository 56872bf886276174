import { execFile } from 'node:child_process';
import { getuid, platform } from 'node:process';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-error.ts';

const run = promisify(execFile);

const ROOT = 0;
const ACCOUNT = 'postgres';

/** The operating-system account that Postgres runs under. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account to run Postgres under, or undefined for this process's own. Only root needs another one: Postgres
 * refuses to run as root. It is `postgres`, made when it is missing.
 *
 * @throws {EmbeddedPostgresError} `no-account` when it is missing and cannot be made
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (getuid?.() !== ROOT) {
    return undefined;
  }
  const known = await lookUp();
  if (known !== undefined) {
    return known;
  }
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', ACCOUNT]);
  } catch (error) {
    throw noAccount(error);
  }
  const made = await lookUp();
  if (made === undefined) {
    throw noAccount(undefined);
  }
  return made;
}

async function lookUp(): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', ACCOUNT]), run('id', ['-g', ACCOUNT])]);
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
  } catch {
    // `id` fails for an account that does not exist.
    return undefined;
  }
}

function noAccount(cause: unknown): EmbeddedPostgresError {
  const remedy =
    platform === 'linux'
      ? `Make the account (useradd --system ${ACCOUNT}), start as an ordinary user,`
      : 'Start as an ordinary user,';
  return new EmbeddedPostgresError(
    'no-account',
    `Postgres refuses to run as root, and the account "${ACCOUNT}" could not be made. ${remedy} or use a server of your own: DATABASE_URL=postgres://…`,
    cause,
  );
}
