import { once } from 'node:events';
import { type Server, ServerResponse } from 'node:http';
import { connect, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import Fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { PLATFORM_TENANT, type RequestRecord, UNMATCHED_ENDPOINT } from '../record/request-record.ts';
import { eventually, testLogger } from '../testing/engine.ts';
import { tenantId } from '../testing/records.ts';
import { type RequestRecorderOptions, requestRecorder } from './recorder.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Node takes the shorter of the two for the head, so both are set. */
const IMPATIENT = { requestTimeout: 200, http: { headersTimeout: 200, connectionsCheckingInterval: 50 } };

let app: FastifyInstance;
let records: RequestRecord[];
/** Whether a request to /never is being handled. */
let handling: boolean;
let logger: ReturnType<typeof testLogger>;

beforeEach(() => {
  records = [];
  handling = false;
  logger = testLogger();
  app = application();
});
afterEach(() => app.close());

function application(options: FastifyHttpOptions<Server> = {}): FastifyInstance {
  return Fastify({ forceCloseConnections: true, ...options });
}

async function start(options: Partial<RequestRecorderOptions> = {}): Promise<string> {
  await app.register(requestRecorder, {
    collector: { record: (record) => records.push(record) },
    instance: 'test',
    identify: ({ headers }) => ({
      tenantId: tenantId(String(headers['x-tenant'] ?? 'shop')),
      timezone: 'Asia/Jakarta',
      userId: 'u1',
      userRole: 'admin',
      sessionId: 's1',
    }),
    logger,
    ...options,
  });
  routes(app);
  return app.listen({ host: '127.0.0.1', port: 0 });
}

function routes(to: FastifyInstance): void {
  to.get('/items/:id', async (request) => {
    request.usage.cache = 'hit';
    return { id: 1 };
  });
  to.post('/echo', { config: { usage: { kind: 'upload' } } }, async (request) => request.body);
  to.get('/stream', async (_request, reply) =>
    reply.send(Readable.from([Buffer.alloc(70_000), Buffer.alloc(30_000)])),
  );
  to.get('/compressed', async (_request, reply) =>
    reply.header('content-encoding', 'br').send(Readable.from([Buffer.alloc(100)])),
  );
  to.get('/events', async (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write('data: 1\n\n');
    handling = true;
  });
  to.get('/late', async () => {
    handling = true;
    await wait(60_000, undefined, { ref: false });
  });
  to.get('/own', { config: { usage: { tenant: 'platform' } } }, async () => 'ok');
  to.get('/fail', async () => {
    throw new Error('no');
  });
  to.get('/never', async (_request, reply) => {
    handling = true;
    await once(reply.raw, 'close');
    return reply.hijack();
  });
  to.get('/files/*', async (_request, reply) => reply.callNotFound());
  to.get('/cut', async (_request, reply) => {
    reply.raw.write('some');
    await wait(20);
    reply.raw.destroy();
    return reply.hijack();
  });
}

async function one(): Promise<RequestRecord> {
  await eventually(() => records.length > 0);
  await app.close();
  expect(records).toHaveLength(1);
  const [record] = records;
  if (record === undefined) {
    throw new Error('no record');
  }
  return record;
}

describe('the recorder', () => {
  it('makes one record of a request, by its template', async () => {
    const url = await start();
    const before = Date.now();
    await fetch(`${url}/items/42?secret=1`, { headers: { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` } });
    const record = await one();
    expect(record).toMatchObject({
      tenantId: 'shop',
      day: new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Jakarta', dateStyle: 'short' }).format(before),
      userId: 'u1',
      userRole: 'admin',
      sessionId: 's1',
      endpoint: '/items/:id',
      method: 'GET',
      status: 200,
      bytesIn: 0,
      bytesOut: 8,
      cache: 'hit',
      kind: 'api',
      traceId: TRACE,
      instance: 'test',
      source: 'live',
      outcome: 'completed',
      messages: 0,
      clientAddress: '127.0.0.1',
    });
    expect(Math.abs(record.ts / 1000 - before)).toBeLessThan(5_000);
    expect(record.duration).toBeGreaterThan(0);
    expect(record.cpu).toBeGreaterThan(0);
    expect(record.memory).toBeGreaterThan(0);
  });

  it.each([
    ['/nothing/here/4711', UNMATCHED_ENDPOINT],
    ['/files/secret-4711', UNMATCHED_ENDPOINT],
  ])('never records the raw URL: %s', async (path, endpoint) => {
    const url = await start();
    await fetch(`${url}${path}`);
    const record = await one();
    expect(record).toMatchObject({ endpoint, status: 404 });
    expect(Object.values(record).some((value) => String(value).includes('secret'))).toBe(false);
  });

  it('names no raw URL where the application has a not-found handler of its own', async () => {
    app.setNotFoundHandler(async (_request, reply) => reply.code(404).send('nothing'));
    const url = await start();
    await fetch(`${url}/nothing/4711`);
    expect(await one()).toMatchObject({ endpoint: UNMATCHED_ENDPOINT, status: 404, bytesOut: 7 });
  });

  it('counts a body with a length and one without', async () => {
    const url = await start();
    const body = JSON.stringify({ text: 'é'.repeat(100) });
    const headers = { 'content-type': 'application/json' };
    await (await fetch(`${url}/echo`, { method: 'POST', headers, body })).text();
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(body.slice(0, 50)));
        controller.enqueue(Buffer.from(body.slice(50)));
        controller.close();
      },
    });
    const echoed = await fetch(`${url}/echo`, { method: 'POST', headers, body: chunked, duplex: 'half' });
    expect(await echoed.text()).toBe(body);
    await eventually(() => records.length === 2);
    for (const record of records) {
      expect(record).toMatchObject({
        bytesIn: Buffer.byteLength(body),
        bytesOut: Buffer.byteLength(body),
        kind: 'upload',
      });
    }
  });

  it('counts a stream on the socket, and nothing for an answer without a body', async () => {
    const url = await start();
    await (await fetch(`${url}/stream`)).arrayBuffer();
    await fetch(`${url}/items/1`, { method: 'HEAD' });
    await eventually(() => records.length === 2);
    const [stream, head] = records;
    expect(stream?.bytesOut).toBeGreaterThanOrEqual(100_000);
    expect(stream?.bytesOut).toBeLessThan(101_000);
    expect(stream).toMatchObject({ kind: 'stream', outcome: 'completed' });
    expect(head).toMatchObject({ method: 'HEAD', bytesOut: 0, endpoint: '/items/:id', kind: 'api' });
  });

  it('takes no response for a stream because it is compressed on its way', async () => {
    const url = await start();
    await fetch(`${url}/compressed`, { method: 'GET' })
      .then((answer) => answer.arrayBuffer())
      .catch(() => undefined);
    expect(await one()).toMatchObject({ kind: 'api', endpoint: '/compressed' });
  });

  it('makes one record of server-sent events, when their reader goes away', async () => {
    const url = await start();
    const reader = new AbortController();
    const answer = await fetch(`${url}/events`, { signal: reader.signal });
    await answer.body?.getReader().read();
    expect(records).toHaveLength(0);
    reader.abort();
    const record = await one();
    expect(record).toMatchObject({ endpoint: '/events', kind: 'stream', status: 200, outcome: 'aborted' });
    expect(record.bytesOut).toBeGreaterThan(10);
  });

  it("says the client's address, and believes the proxies that Fastify trusts", async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    await fetch(`${await start()}/items/1`, { headers });
    expect((await one()).clientAddress).toBe('127.0.0.1');
    app = application({ trustProxy: 'loopback' });
    records = [];
    await fetch(`${await start()}/items/1`, { headers });
    expect((await one()).clientAddress).toBe('203.0.113.9');
  });

  it('answers as ever, and knows no address, when what proxies to trust cannot be told', async () => {
    app = application({
      trustProxy: () => {
        throw new Error('which?');
      },
    });
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    expect((await fetch(`${await start()}/items/1`, { headers })).status).toBe(200);
    expect((await one()).clientAddress).toBe('');
  });

  it('counts for the platform what the route says is its own', async () => {
    const url = await start();
    await fetch(`${url}/own`);
    expect(await one()).toMatchObject({ tenantId: PLATFORM_TENANT, userId: '', endpoint: '/own' });
  });

  it('records a failure of the application with its status', async () => {
    const url = await start();
    await fetch(`${url}/fail`);
    expect(await one()).toMatchObject({ endpoint: '/fail', status: 500 });
  });

  it.each([
    [
      'fails',
      () => {
        throw new Error('who?');
      },
    ],
    [
      'gives an empty tenant',
      () => ({ tenantId: tenantId(''), timezone: 'UTC', userId: 'x', userRole: '', sessionId: '' }),
    ],
  ])('records for the platform, and answers as ever, when identification %s', async (_how, identify) => {
    const url = await start({ identify });
    expect((await fetch(`${url}/items/1`)).status).toBe(200);
    expect(await one()).toMatchObject({ tenantId: PLATFORM_TENANT, userId: '', status: 200 });
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('takes the day in UTC when the zone is not one, and answers as ever when the collector fails', async () => {
    const url = await start({
      identify: () => ({
        tenantId: tenantId('t'),
        timezone: 'Mars/Olympus',
        userId: '',
        userRole: '',
        sessionId: '',
      }),
      collector: {
        record: (record) => {
          records.push(record);
          throw new Error('no');
        },
      },
    });
    expect((await fetch(`${url}/items/1`)).status).toBe(200);
    const record = await one();
    expect(record.day).toBe(new Date(record.ts / 1000).toISOString().slice(0, 10));
  });

  it('believes the replay header only where that is asked for', async () => {
    const url = await start();
    const headers = { 'x-riwayat-source': 'replay' };
    await fetch(`${url}/items/1`, { headers });
    expect((await one()).source).toBe('live');
    app = application();
    records = [];
    await fetch(`${await start({ trustReplayHeader: true })}/items/1`, { headers });
    expect((await one()).source).toBe('replay');
  });

  it('makes one record of a request whose client goes away', async () => {
    const url = await start();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /never HTTP/1.1\r\nhost: x\r\n\r\n');
    await eventually(() => handling);
    socket.destroy();
    expect(await one()).toMatchObject({
      endpoint: '/never',
      status: 499,
      bytesOut: 0,
      outcome: 'aborted',
      clientAddress: '127.0.0.1',
    });
  });

  it('makes one record of a response that is cut off', async () => {
    const url = await start();
    await expect(fetch(`${url}/cut`).then((answer) => answer.text())).rejects.toThrow();
    const record = await one();
    expect(record).toMatchObject({ endpoint: '/cut', status: 200, outcome: 'aborted' });
    expect(record.bytesOut).toBeGreaterThan(0);
  });

  it('makes one record of an injected request', async () => {
    await start();
    await app.inject({ url: '/items/1' });
    await app.inject({ url: '/stream' });
    await eventually(() => records.length === 2);
    expect(records.map(({ endpoint, bytesOut }) => [endpoint, bytesOut])).toEqual([
      ['/items/:id', 8],
      ['/stream', 0],
    ]);
  });

  it('charges all requests together the CPU time of the process while they were in flight', async () => {
    app.get('/burn', async (request) => {
      const until = performance.now() + 5;
      while (performance.now() < until) {
        JSON.stringify(request.headers);
      }
      await wait(5);
      return 'ok';
    });
    const url = await start();
    const before = process.cpuUsage();
    await Promise.all(Array.from({ length: 40 }, () => fetch(`${url}/burn`).then((answer) => answer.text())));
    await eventually(() => records.length === 40);
    const { user, system } = process.cpuUsage(before);
    const charged = records.reduce((sum, { cpu }) => sum + cpu, 0);
    expect(charged).toBeGreaterThanOrEqual(40 * 4_000);
    expect(charged).toBeLessThanOrEqual(user + system);
    expect(charged).toBeGreaterThan((user + system) * 0.6);
  });

  async function startSockets(): Promise<{ url: string; connect: () => Promise<WebSocket> }> {
    // As @fastify/websocket does it: the upgrade goes through the application's routing, the handler takes over.
    const sockets = new WebSocketServer({ noServer: true });
    app.server.on('upgrade', (raw, socket) => {
      const response = new ServerResponse(raw);
      if (socket instanceof Socket) {
        response.assignSocket(socket);
      }
      response.on('finish', () => socket.destroy());
      app.routing(raw, response);
    });
    app.get('/socket', (request, reply) => {
      reply.hijack();
      sockets.handleUpgrade(request.raw, request.raw.socket, Buffer.alloc(0), (socket) => {
        socket.on('message', () => {
          socket.send('x'.repeat(500));
          socket.send('z'.repeat(70_000));
        });
      });
    });
    const url = await start();
    const connectSocket = async (): Promise<WebSocket> => {
      const client = new WebSocket(`${url.replace('http', 'ws')}/socket`);
      await once(client, 'open');
      return client;
    };
    return { url, connect: connectSocket };
  }

  it('makes one record of a WebSocket, with its messages, when its connection ends', async () => {
    const { url, connect: open } = await startSockets();
    const client = await open();
    for (const size of [0, 300, 200_000]) {
      client.send('y'.repeat(size));
      await once(client, 'message');
      await once(client, 'message');
    }
    client.ping();
    await once(client, 'pong');
    expect(records).toHaveLength(0);
    expect((await fetch(`${url}/items/1`)).status).toBe(200);
    client.close();
    await eventually(() => records.length === 2);
    const socket = records.find(({ kind }) => kind === 'websocket');
    expect(socket).toMatchObject({
      endpoint: '/socket',
      method: 'GET',
      status: 101,
      messages: 9,
      outcome: 'completed',
    });
    expect(socket?.bytesIn).toBeGreaterThan(200_300);
    expect(socket?.bytesOut).toBeGreaterThan(3 * 70_500);
    expect(socket?.duration).toBeGreaterThan(0);
  });

  it('tells a WebSocket that is cut from one that is closed', async () => {
    const { connect: open } = await startSockets();
    (await open()).terminate();
    expect(await one()).toMatchObject({ kind: 'websocket', status: 101, messages: 0, outcome: 'aborted' });
  });

  it('takes a refused upgrade for what it is', async () => {
    app.addHook('preHandler', async (_request, reply) => reply.code(401).send('who?'));
    const { connect: open } = await startSockets();
    await expect(open()).rejects.toThrow('401');
    expect(await one()).toMatchObject({ kind: 'api', status: 401, bytesOut: 4, messages: 0 });
  });
});

describe('a request that takes too long', () => {
  it('is recorded as timed out when its body does not come', async () => {
    app = application(IMPATIENT);
    const socket = connect(portOf(await start()), '127.0.0.1');
    socket.write(
      'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    );
    expect(await one()).toMatchObject({ endpoint: '/echo', outcome: 'timed-out', status: 408 });
    socket.destroy();
  });

  it('is recorded as timed out when its handler is', async () => {
    app = application({ handlerTimeout: 50 });
    expect((await fetch(`${await start()}/late`)).status).toBe(503);
    expect(await one()).toMatchObject({ endpoint: '/late', outcome: 'timed-out', status: 503 });
  });

  it('is recorded as timed out when its connection is', async () => {
    app = application({ connectionTimeout: 100 });
    await expect(fetch(`${await start()}/late`)).rejects.toThrow();
    expect(await one()).toMatchObject({ endpoint: '/late', outcome: 'timed-out', status: 504 });
  });
});

describe('a request that no hook sees', () => {
  it.each([
    ['a malformed URL', 'GET /%zz HTTP/1.1\r\nhost: x\r\n\r\n', { method: 'GET', status: 400 }],
    ['no HTTP', 'what?\r\n\r\n', { method: '', status: 400 }],
    [
      'a head that is too large',
      `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`,
      { method: '', status: 431 },
    ],
  ])('makes one record of the platform: %s', async (_what, bytes, expected) => {
    const socket = connect(portOf(await start()), '127.0.0.1');
    socket.end(bytes);
    expect(await one()).toMatchObject({
      ...expected,
      tenantId: PLATFORM_TENANT,
      endpoint: UNMATCHED_ENDPOINT,
      outcome: 'completed',
      clientAddress: '127.0.0.1',
    });
    socket.destroy();
  });

  it('makes one record when its head does not come in time, and none when nothing comes', async () => {
    app = application(IMPATIENT);
    const port = portOf(await start());
    const silent = connect(port, '127.0.0.1');
    const closed = once(silent.resume(), 'close');
    const slow = connect(port, '127.0.0.1');
    slow.write('GET /items');
    await closed;
    expect(await one()).toMatchObject({ status: 408, outcome: 'timed-out', endpoint: UNMATCHED_ENDPOINT });
    slow.destroy();
  });

  it('makes no second record of a request that hooks see', async () => {
    const socket = connect(portOf(await start()), '127.0.0.1');
    socket.end(
      'GET /items/1 HTTP/1.1\r\nhost: x\r\n\r\nGET /late HTTP/1.1\r\nhost: x\r\n\r\nrubbish\r\n\r\n',
    );
    await eventually(() => records.length === 2);
    await app.close();
    expect(records.map(({ endpoint }) => endpoint).sort()).toEqual(['/items/:id', '/late']);
  });
});

function portOf(url: string): number {
  return Number(new URL(url).port);
}
