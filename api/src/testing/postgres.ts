import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { pino } from 'pino';
import { type Database, openDatabase } from '../postgres/database.ts';
import { startEmbeddedPostgres } from '../postgres/embedded.ts';

export const silent = pino({ level: 'silent' });

/** A Postgres server for one test file. */
export interface TestPostgres {
  /** An empty database with the current schema, and its address. Closed with the server. */
  freshDatabase(): Promise<{ database: Database; url: string }>;
  stop(): Promise<void>;
}

/** A way to a server that can be cut, as when the server or the network between goes away. */
export interface Severable {
  readonly url: string;
  /** Breaks every connection, and takes no more. */
  sever(): Promise<void>;
  /** Takes connections again, at the same address. */
  restore(): Promise<void>;
}

/** The same database by another address of this machine, until it is severed. */
export async function severable(url: string): Promise<Severable> {
  const target = new URL(url);
  const open = new Set<Socket>();
  const forwarder = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('close', () => {
        near.destroy();
        far.destroy();
        open.delete(socket);
      });
      // A broken connection is what this is for.
      socket.on('error', () => socket.destroy());
    }
    near.pipe(far).pipe(near);
  });
  forwarder.listen(0, '127.0.0.1');
  await once(forwarder, 'listening');
  const address = forwarder.address();
  const here = new URL(url);
  here.port = String(typeof address === 'object' ? address?.port : '');
  return {
    url: here.href,
    async sever() {
      forwarder.close();
      for (const socket of open) {
        socket.destroy();
      }
      await once(forwarder, 'close');
    },
    async restore() {
      forwarder.listen(Number(here.port), '127.0.0.1');
      await once(forwarder, 'listening');
    },
  };
}

/** A directory under the system's temporary one that other accounts can enter, as Postgres's must be. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'riwayat-'));
  await chmod(path, 0o755);
  return path;
}

export async function startTestPostgres(): Promise<TestPostgres> {
  const directory = await temporaryDirectory();
  const server = await startEmbeddedPostgres({ dataDirectory: join(directory, 'postgres'), logger: silent });
  const maintenance = await openDatabase({ url: server.url, logger: silent, maxConnections: 1 });
  const opened: Database[] = [maintenance];
  return {
    async freshDatabase() {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await sql`create database ${sql.id(name)}`.execute(maintenance.db);
      const url = new URL(server.url);
      url.pathname = name;
      const database = await openDatabase({ url: url.href, logger: silent, maxConnections: 5 });
      opened.push(database);
      return { database, url: url.href };
    },
    async stop() {
      await Promise.all(opened.map((database) => database.close()));
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
