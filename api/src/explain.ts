import { SpoolError, StoreError } from '@riwayat/collector';
import { ConfigError } from './config.ts';
import { DemoPlanError } from './demo/plan.ts';
import { ListenError } from './listening.ts';
import { DatabaseUnavailableError } from './postgres/availability.ts';
import { EmbeddedPostgresError } from './postgres/embedded.ts';
import { MigrationError } from './postgres/migrate.ts';
import { DataDirectoryError } from './services.ts';

/** What a person can do something about: told in a line, without a stack. */
const EXPECTED = [
  ConfigError,
  DataDirectoryError,
  DatabaseUnavailableError,
  DemoPlanError,
  EmbeddedPostgresError,
  ListenError,
  MigrationError,
  SpoolError,
  StoreError,
];

/** What to print of an error that ends the process: its message when people can act on that, else all of it. */
export function explain(error: unknown): string {
  if (EXPECTED.some((kind) => error instanceof kind) && error instanceof Error) {
    return error.message;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
