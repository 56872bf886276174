import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { People } from '../../identity/people.ts';
import { CLOSE_CODE } from '../../live/socket.ts';
import type { Database } from '../../postgres/database.ts';
import type { Schema } from '../../postgres/schema.ts';
import { TenantDirectory } from '../../tenants/directory.ts';
import { startApplication, type TestApplication } from '../../testing/application.ts';
import {
  type Severable,
  severable,
  silent,
  startTestPostgres,
  type TestPostgres,
} from '../../testing/postgres.ts';
import { Inbox } from '../inbox.ts';
import { notify } from '../notify.ts';
import { type Arrivals, openArrivals } from './arrivals.ts';
import { type NotificationsMessage, openNotificationFeed } from './feed.ts';
import { NOTIFICATIONS_PROTOCOL } from './routes.ts';

const HOUR_MS = 3_600_000;
const TEN_SECONDS_MS = 10_000;
const FLOOD = 2_000;
const NOISE = 'x'.repeat(30_000);

interface Seen {
  readonly socket: WebSocket;
  readonly messages: NotificationsMessage[];
}

const titles = ({ messages }: Seen): string[] =>
  messages.flatMap(({ notifications }) => notifications.map(({ values }) => String(values['title'])));
const unread = ({ messages }: Seen): number | undefined => messages.at(-1)?.unread;
const lastId = ({ messages }: Seen): string => messages.at(-1)?.last_id ?? '';

function listen(socket: WebSocket): Seen {
  const messages: NotificationsMessage[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  return { socket, messages };
}

describe('the feed of a person', () => {
  let server: TestPostgres;
  let database: Database;
  let db: Kysely<Schema>;
  let way: Severable;
  let tenantId: TenantId;
  let userId: string;
  let otherId: string;
  let sockets: WebSocketServer;
  let now = Date.now();
  /** Two replicas, of which the second hears Postgres by a way that can be cut. */
  let replicas: Arrivals[] = [];

  beforeAll(async () => {
    server = await startTestPostgres();
    const fresh = await server.freshDatabase();
    ({ database } = fresh);
    ({ db } = database);
    ({ id: tenantId } = await new TenantDirectory(database).create({ id: 'ours', name: 'Ours' }));
    [userId, otherId] = [await person('budi'), await person('siti')];
    way = await severable(fresh.url);
    replicas = [fresh.url, way.url].map((url) => openArrivals({ url, logger: silent }));
    await vi.waitFor(async () => expect(await listeners()).toBe(replicas.length));
    sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(sockets, 'listening');
  });
  afterAll(async () => {
    sockets.close();
    await Promise.all(replicas.map((replica) => replica.close()));
    await way.sever();
    await server.stop();
  });
  afterEach(async () => {
    for (const socket of sockets.clients) {
      socket.terminate();
    }
    await sql`delete from notifications`.execute(db);
  });

  async function person(name: string): Promise<string> {
    const { id } = await new People(database).createUser({
      email: `${name}@example.com`,
      name,
      password: 'correct horse battery staple',
      memberships: [{ tenantId, role: 'member' }],
    });
    return id;
  }

  const listeners = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from pg_stat_activity
      where application_name = 'riwayat notifications' and query like '%listen%'`.execute(db);
    return rows[0]?.count ?? 0;
  };

  const tell = (title: string, to = userId, transaction: Kysely<Schema> = db) =>
    notify(transaction, {
      tenantId,
      userId: to,
      kind: 'material.published',
      values: { material: 'm', title },
    });

  /** A client of a replica, and the server's side of it. */
  async function connect(
    replica = 0,
    since?: string,
  ): Promise<Seen & { readonly theirs: WebSocket; readonly ended: Promise<void> }> {
    const address = sockets.address();
    const client = new WebSocket(`ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    const seen = listen(client);
    const [[theirs]] = await Promise.all([once(sockets, 'connection'), once(client, 'open')]);
    const arrivals = replicas[replica];
    if (arrivals === undefined) {
      throw new Error('There is no such replica.');
    }
    const ended = openNotificationFeed({
      socket: theirs,
      arrivals,
      inbox: new Inbox(database, () => new Date()),
      reader: { tenantId, userId },
      since,
      expiresAt: new Date(now + HOUR_MS),
      logger: silent,
      now: () => now,
    });
    await vi.waitFor(() => expect(seen.messages.length).toBeGreaterThan(0));
    return { ...seen, theirs, ended };
  }

  it('brings what is committed, on every replica, and nothing of others', async () => {
    const seen = [await connect(0), await connect(1)];
    await tell('one');
    await tell('another’s', otherId);
    await db.transaction().execute(async (transaction) => {
      await tell('two', userId, transaction);
      await tell('three', userId, transaction);
    });
    for (const one of seen) {
      await vi.waitFor(() => expect(titles(one)).toEqual(['one', 'two', 'three']));
      expect(unread(one)).toBe(3);
    }
  });

  it('brings nothing of a transaction that is rolled back', async () => {
    const seen = await connect();
    const failing = db.transaction().execute(async (transaction) => {
      await tell('never', userId, transaction);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await tell('after');
    await vi.waitFor(() => expect(titles(seen)).toEqual(['after']));
  });

  it('brings what has a lower id and is committed later', async () => {
    const seen = await connect();
    await db.transaction().execute(async (transaction) => {
      await tell('first, but slow', userId, transaction);
      await tell('second');
      await vi.waitFor(() => expect(titles(seen)).toEqual(['second']));
    });
    await vi.waitFor(() => expect(titles(seen)).toEqual(['second', 'first, but slow']));
  });

  it('resumes after the last one that the client has', async () => {
    const first = await connect();
    await tell('seen and read');
    await vi.waitFor(() => expect(titles(first)).toHaveLength(1));
    const since = lastId(first);
    first.socket.close();
    await first.ended;
    await tell('missed');
    const second = await connect(1, since);
    await tell('new');
    await vi.waitFor(() => expect(titles(second)).toEqual(['missed', 'new']));
  });

  it('tells how many are unread when something is read elsewhere', async () => {
    await tell('one');
    await tell('two');
    const seen = await connect();
    expect([titles(seen), unread(seen)]).toEqual([[], 2]);
    await new Inbox(database, () => new Date()).readAll({ tenantId, userId });
    await vi.waitFor(() => expect(unread(seen)).toBe(0));
    expect(titles(seen)).toEqual([]);
  });

  it('catches up with what was told while Postgres could not be heard, and brings none twice', async () => {
    const seen = await connect(1);
    await tell('before');
    await vi.waitFor(() => expect(titles(seen)).toEqual(['before']));
    await way.sever();
    await tell('meanwhile');
    await way.restore();
    await vi.waitFor(() => expect(titles(seen)).toEqual(['before', 'meanwhile']), {
      timeout: TEN_SECONDS_MS,
    });
    await tell('after');
    await vi.waitFor(() => expect(titles(seen)).toEqual(['before', 'meanwhile', 'after']));
  });

  it('keeps a bounded backlog for a client that does not read, and lets it go after ten seconds', async () => {
    const { socket, theirs, ended } = await connect();
    socket.pause();
    let most = 0;
    for (let told = 0; told < FLOOD && theirs.bufferedAmount === 0; told += 1) {
      await tell(NOISE);
      await delay(1);
    }
    await vi.waitFor(() => expect(theirs.bufferedAmount).toBeGreaterThan(0));
    for (let told = 0; told < 20; told += 1) {
      await tell(NOISE);
      most = Math.max(most, theirs.bufferedAmount);
    }
    expect(most).toBeLessThan(4_000_000);
    await vi.waitFor(() => {
      now += TEN_SECONDS_MS;
      expect(theirs.readyState).not.toBe(theirs.OPEN);
    });
    const closed = once(socket, 'close');
    socket.resume();
    expect((await closed)[0]).toBe(CLOSE_CODE.tooSlow);
    await ended;
  });
});

describe('the socket', () => {
  let application: TestApplication;

  beforeAll(async () => {
    application = await startApplication({ DEFAULT_TENANT: 'ours' });
    await application.createTenant('ours', ['member']);
  });
  afterAll(() => application.stop());

  function open(...offered: string[]): WebSocket {
    return new WebSocket(`${application.url.replace('http', 'ws')}/notifications`, [
      NOTIFICATIONS_PROTOCOL,
      ...offered,
    ]);
  }

  it('refuses the upgrade without a token, and closes on one that is not valid or owes a second factor', async () => {
    const refused = open();
    refused.on('error', () => undefined);
    const [, response] = await once(refused, 'unexpected-response');
    expect(response.statusCode).toBe(401);
    expect((await once(open('bearer.nonsense'), 'close'))[0]).toBe(CLOSE_CODE.tokenExpired);
    const owing = open(`bearer.${await application.operatorToken('missing')}`);
    expect((await once(owing, 'close'))[0]).toBe(CLOSE_CODE.forbidden);
  });

  it('tells a person in their language, within a second', async () => {
    const seen = listen(open(`bearer.${await application.tokenOf('ours', 'member')}`));
    await vi.waitFor(() => expect(seen.messages).toEqual([{ notifications: [], unread: 0, last_id: '0' }]));
    const { db } = application.services.database;
    const { tenant_id, user_id } = await db
      .selectFrom('memberships')
      .where('tenant_id', '=', 'ours')
      .selectAll()
      .executeTakeFirstOrThrow();
    await sql`
      insert into notifications (tenant_id, user_id, kind, values)
      values (${tenant_id}, ${user_id}, 'session.started', '{"booking": "b-1", "course": "Aljabar"}')`.execute(
      db,
    );
    await vi.waitFor(() => expect(seen.messages).toHaveLength(2));
    expect(seen.messages[1]).toMatchObject({
      unread: 1,
      notifications: [{ kind: 'session.started', text: 'Sesi "Aljabar" telah dimulai.', read_at: null }],
    });
    expect(seen.socket.protocol).toBe(NOTIFICATIONS_PROTOCOL);
    seen.socket.close();
  });
});
