import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silent, temporaryDirectory } from '../testing/postgres.ts';
import { DatabaseUnavailableError, sqlState } from './availability.ts';
import { type Database, openDatabase } from './database.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';
import { MigrationError } from './migrate.ts';
import { migrations } from './migrations/migrations.ts';

let directory: string;
let server: EmbeddedPostgres;

beforeAll(async () => {
  directory = await temporaryDirectory();
  server = await startEmbeddedPostgres({ dataDirectory: join(directory, 'postgres'), logger: silent });
});

afterAll(async () => {
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

async function using<T>(use: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({ url: server.url, logger: silent, maxConnections: 3 });
  try {
    return await use(database);
  } finally {
    await database.close();
  }
}

async function applied({ db }: Database): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}

it('brings an empty database up to date, with several processes at once, and leaves it so afterwards', async () => {
  const names = Object.keys(migrations);
  expect(names).toEqual([...names].sort());
  await Promise.all(
    [1, 2, 3].map(() => using(async (database) => expect(await applied(database)).toEqual(names))),
  );
  await using(async (database) => expect(await applied(database)).toEqual(names));
});

it('tells how many connections are open, and how many queries wait for one', async () => {
  await using(async ({ db, connections }) => {
    expect(connections()).toEqual({ open: 0, busy: 0, most: 3, waiting: 0 });
    const running = Promise.all([1, 2, 3, 4, 5].map(() => sql`select pg_sleep(0.2)`.execute(db)));
    await expect.poll(connections, { interval: 5 }).toEqual({ open: 3, busy: 3, most: 3, waiting: 2 });
    await running;
    expect(connections()).toEqual({ open: 3, busy: 0, most: 3, waiting: 0 });
  });
});

it('refuses a database that a newer version has migrated', async () => {
  await using(async ({ db }) => {
    const newer = sql`insert into kysely_migration values ('9999_from_the_future', now()::text)`;
    await newer.execute(db);
    try {
      await expect(openDatabase({ url: server.url, logger: silent })).rejects.toThrow(MigrationError);
    } finally {
      await sql`delete from kysely_migration where name = '9999_from_the_future'`.execute(db);
    }
  });
});

it('says that Postgres is not available when nothing listens there', async () => {
  const url = new URL(server.url);
  url.port = '1';
  await expect(openDatabase({ url: url.href, logger: silent })).rejects.toThrow(DatabaseUnavailableError);
});

it("passes the server's own errors on unchanged", async () => {
  await using(async ({ db }) => {
    const twice = () =>
      db.insertInto('tenants').values({ id: 'twice', name: 'T', timezone: 'UTC', locale: 'en' });
    await twice().execute();
    const error: unknown = await twice()
      .execute()
      .catch((reason: unknown) => reason);
    expect(sqlState(error)).toBe('23505');
    expect(error).not.toBeInstanceOf(DatabaseUnavailableError);
  });
});

it('undoes a transaction that throws', async () => {
  await using(async ({ db }) => {
    const failing = db.transaction().execute(async (transaction) => {
      await transaction
        .insertInto('tenants')
        .values({ id: 'undone', name: 'U', timezone: 'UTC', locale: 'en' })
        .execute();
      throw new Error('never mind');
    });
    await expect(failing).rejects.toThrow('never mind');
    expect(await db.selectFrom('tenants').where('id', '=', 'undone').selectAll().execute()).toEqual([]);
  });
});

it('survives the death of its connections, and of the server, and works again when it is back', async () => {
  await using(async (database) => {
    await database.ping();
    await using(({ db }) =>
      sql`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()`.execute(
        db,
      ),
    );
    await answering(database);

    const inTheMiddle = database.db
      .transaction()
      .execute((transaction) => sql`select pg_sleep(60)`.execute(transaction));
    const outcome = expect(inTheMiddle).rejects.toThrow(DatabaseUnavailableError);
    await sleeping(database);
    const pidFile = await readFile(join(directory, 'postgres', 'cluster', 'postmaster.pid'), 'utf8');
    process.kill(Number.parseInt(pidFile, 10), 'SIGQUIT');
    await outcome;
    await answering(database);
  });
});

/** Resolves when the database answers; whatever else it says meanwhile must be that it is not available. */
async function answering(database: Database): Promise<void> {
  for (const deadline = Date.now() + 10_000; ; ) {
    try {
      await database.ping();
      return;
    } catch (error) {
      expect(error).toBeInstanceOf(DatabaseUnavailableError);
      expect(Date.now()).toBeLessThan(deadline);
      await pause(20);
    }
  }
}

async function sleeping({ db }: Database): Promise<void> {
  for (const deadline = Date.now() + 5_000; ; ) {
    const { rows } = await sql`select 1 from pg_stat_activity where wait_event = 'PgSleep'`.execute(db);
    if (rows.length > 0) {
      return;
    }
    expect(Date.now()).toBeLessThan(deadline);
    await pause(20);
  }
}
