import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { LiveTick, TenantId } from '@riwayat/collector';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { silent } from '../testing/postgres.ts';
import { openFeed } from './feed.ts';
import { CLOSE_CODE } from './socket.ts';

/** Far above what the kernel's buffers of a socket hold, and what a feed may keep. */
const FLOOD_BYTES = 64_000_000;
const TICK_BYTES = 16_000;
const BACKLOG_BYTES = 64 * 1024;
/** What a frame adds, and some of it lies in two places for a moment. */
const SLACK_BYTES = 2 * TICK_BYTES;
const HOUR_MS = 3_600_000;
const TEN_SECONDS_MS = 10_000;

describe('a feed', () => {
  let http: Server;
  let server: WebSocketServer;
  let now = 0;
  let send: (tick: LiveTick) => void;
  let left = false;

  beforeEach(async () => {
    now = Date.now();
    left = false;
    http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    server = new WebSocketServer({ server: http });
  });
  afterEach(() => {
    for (const socket of server.clients) {
      socket.terminate();
    }
    server.close();
    http.close();
  });

  /** A client, and the server's side of it with a feed on it. */
  async function connect(): Promise<{ client: WebSocket; socket: WebSocket; received: string[] }> {
    const address = http.address();
    const port = typeof address === 'object' ? address?.port : '';
    const accepted = once(server, 'connection');
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    const received: string[] = [];
    client.on('message', (data) => received.push(String(data)));
    const [[socket]] = await Promise.all([accepted, once(client, 'open')]);
    const subscribe = async (_tenant: unknown, _since: unknown, deliver: typeof send) => {
      send = deliver;
      return () => {
        left = true;
      };
    };
    void openFeed({
      socket,
      live: { subscribe },
      tenantId: 'tenant' as TenantId,
      timezone: 'UTC',
      since: undefined,
      expiresAt: new Date(now + HOUR_MS),
      logger: silent,
      now: () => now,
    });
    return { client, socket, received };
  }

  function tick(seq: number): LiveTick {
    return { epoch: 'e', seq, json: `${seq} ${'x'.repeat(TICK_BYTES)}` };
  }

  it('keeps a bounded backlog for a client that does not read, and gives it the latest once it does', async () => {
    const { client, socket, received } = await connect();
    client.pause();
    const flood = FLOOD_BYTES / TICK_BYTES;
    let most = 0;
    for (let seq = 1; seq <= flood; seq += 1) {
      send(tick(seq));
      most = Math.max(most, socket.bufferedAmount);
    }
    expect(most).toBeGreaterThan(BACKLOG_BYTES - SLACK_BYTES);
    expect(most).toBeLessThan(BACKLOG_BYTES + SLACK_BYTES);

    client.resume();
    await vi.waitFor(() => expect(socket.bufferedAmount).toBe(0));
    send(tick(flood + 1));
    await vi.waitFor(() => expect(received.at(-1)).toMatch(`${flood + 1} `));
    const sequence = received.map((message) => Number.parseInt(message, 10));
    expect(sequence.length).toBeLessThan(flood);
    expect(sequence).toEqual([...sequence].sort((a, b) => a - b));
  });

  it('tells a client that took nothing for ten seconds that it is too slow, and keeps nothing more for it', async () => {
    const { client, socket } = await connect();
    client.pause();
    const stall = (): void => {
      for (let seq = 1; seq <= FLOOD_BYTES / TICK_BYTES; seq += 1) {
        send(tick(seq));
      }
    };
    stall();
    now += TEN_SECONDS_MS;
    send(tick(1));
    expect(socket.readyState).toBe(socket.OPEN);
    now += 1;
    send(tick(2));
    expect(socket.readyState).toBe(socket.CLOSING);
    const kept = socket.bufferedAmount;
    stall();
    expect(socket.bufferedAmount).toBe(kept);

    const closed = once(client, 'close');
    client.resume();
    const [code] = await closed;
    expect(code).toBe(CLOSE_CODE.tooSlow);
    await vi.waitFor(() => expect(left).toBe(true));
  });
});
