import { once } from 'node:events';
import { type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { RequestRecord } from '../record/request-record.ts';
import { eventually, testLogger } from '../testing/engine.ts';
import { tenantId } from '../testing/records.ts';
import { requestRecorder } from './recorder.ts';

const LOAD_MS = 1_500;
const CLIENTS = 6;
const SOCKETS = 3;
const CHATTER_MS = 5;

/** What the process spent between two moments, as the operating system says. */
interface Spent {
  /** Microseconds. */
  readonly cpu: number;
  readonly milliseconds: number;
}

const app: FastifyInstance<Server> = Fastify({ forceCloseConnections: true });
const records: RequestRecord[] = [];
const clients: WebSocket[] = [];

afterEach(async () => {
  for (const client of clients) {
    client.terminate();
  }
  await app.close();
});

function burn(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until) {
    Math.sqrt(until);
  }
}

/** Sockets that speak all the time, each message answered. */
function sockets(): void {
  const server = new WebSocketServer({ noServer: true });
  app.server.on('upgrade', (raw, socket) => {
    const response = new ServerResponse(raw);
    if (socket instanceof Socket) {
      response.assignSocket(socket);
    }
    app.routing(raw, response);
  });
  app.get('/socket', (request, reply) => {
    reply.hijack();
    server.handleUpgrade(request.raw, request.raw.socket, Buffer.alloc(0), (socket) => {
      socket.on('message', () => {
        burn(0.2);
        socket.send('answer');
      });
    });
  });
}

async function openSockets(url: string): Promise<void> {
  for (let i = 0; i < SOCKETS; i += 1) {
    const client = new WebSocket(`${url.replace('http', 'ws')}/socket`);
    await once(client, 'open');
    const chatter = setInterval(() => client.send('question'), CHATTER_MS);
    client.on('close', () => clearInterval(chatter));
    clients.push(client);
  }
}

it('charges all requests together, under load and with WebSockets open, what the process used', async () => {
  let spent: Spent | undefined;
  await app.register(requestRecorder, {
    collector: { record: (record) => records.push(record) },
    instance: 'test',
    identify: () => ({
      tenantId: tenantId('t'),
      timezone: 'UTC',
      userId: '',
      userRole: '',
      sessionId: '',
    }),
    logger: testLogger(),
  });
  sockets();
  app.get('/work', async () => {
    burn(Math.random() * 2);
    await wait(Math.random() * 4);
    burn(Math.random());
    return 'done';
  });
  // In flight all the time, so that all that the process uses is some request's.
  app.get('/hold', async () => {
    const cpu = process.cpuUsage();
    const at = performance.now();
    await wait(LOAD_MS);
    const { user, system } = process.cpuUsage(cpu);
    spent = { cpu: user + system, milliseconds: performance.now() - at };
    return 'held';
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  await openSockets(url);
  const hold = fetch(`${url}/hold`);
  let loading = true;
  const load = Array.from({ length: CLIENTS }, async () => {
    while (loading) {
      await (await fetch(`${url}/work`)).text();
    }
  });
  // Those under way when it ends begin before it does.
  await hold.then((answer) => answer.text());
  loading = false;
  await Promise.all(load);
  const total = records.length;
  await eventually(() => records.length === total);
  const rssAfter = process.memoryUsage.rss();

  expect(total).toBeGreaterThan(100);
  expect(records.every(({ kind }) => kind !== 'websocket')).toBe(true);
  const cpu = records.reduce((sum, record) => sum + record.cpu, 0);
  const memory = records.reduce((sum, record) => sum + record.memory, 0);
  const { cpu: used, milliseconds } = spent ?? { cpu: Number.NaN, milliseconds: Number.NaN };
  // What comes on top: the end of the holding request, and of those that were under way then.
  expect(cpu / used).toBeGreaterThan(0.97);
  expect(cpu / used).toBeLessThan(1.05);
  expect(memory / (milliseconds * (rssAfter / 1_000))).toBeGreaterThan(0.5);
  expect(memory / (milliseconds * (rssAfter / 1_000))).toBeLessThan(1.1);
});
