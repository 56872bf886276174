import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { type PlayOptions, playContinuation } from './player.ts';

const ROUTES = new Set([
  'GET /api/public/kursus',
  'GET /api/public/kursus/:id',
  'GET /api/public/mentor',
  'GET /api/public/mentor/:id',
  'POST /api/login',
  'POST /api/logout',
  'POST /api/token/refresh',
]);

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  readonly tenant: string | undefined;
  readonly body: string;
  readonly at: number;
}

type Handler = (seen: Seen, response: ServerResponse) => void;

const running: { server: Server; play: Promise<void>; stop: AbortController }[] = [];

/** A target that logs people in, lists courses and mentors, and remembers what it was asked. */
function answerAs(logins: Map<string, string>): Handler {
  return ({ method, url, body }, response) => {
    const path = url.split('?')[0];
    if (path === '/api/login') {
      const { email } = JSON.parse(body);
      const token = `token-${logins.size + 1}`;
      logins.set(token, email);
      response.setHeader('set-cookie', `riwayat_refresh=${token}-cookie; HttpOnly; Path=/api`);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ access_token: token }));
    } else if (path === '/api/logout') {
      response.statusCode = 204;
      response.end();
    } else if (method === 'GET' && path?.split('/').length === 4) {
      response.end(JSON.stringify({ data: [{ id: 'a1' }, { id: 'b2' }, { id: 'c3' }] }));
    } else {
      response.end('{}');
    }
  };
}

async function start(handler: Handler, options: Partial<PlayOptions>) {
  const seen: Seen[] = [];
  const logs: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one: Seen = {
        method: request.method ?? '',
        url: request.url ?? '',
        authorization: request.headers.authorization,
        cookie: request.headers.cookie,
        tenant: request.headers['x-tenant']?.toString(),
        body: Buffer.concat(chunks).toString(),
        at: Date.now(),
      };
      seen.push(one);
      handler(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stop = new AbortController();
  const log = (_fields: object, message: string): number => logs.push(message);
  const play = playContinuation({
    target: `http://127.0.0.1:${port}`,
    seed: 1,
    accounts: (userKey) => ({ email: `${userKey}@example.test`, password: 'secret' }),
    routes: ROUTES,
    rate: 2,
    minimumRate: 2,
    speed: 30,
    signal: stop.signal,
    logger: { info: log, warn: log, debug: log },
    ...options,
  });
  running.push({ server, play, stop });
  return { server, port, seen, logs, stop, play };
}

async function until(condition: () => boolean, milliseconds = 15_000): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!condition()) {
    if (Date.now() > deadline) {
      throw new Error('The condition did not come true in time.');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

afterEach(async () => {
  for (const { server, play, stop } of running.splice(0)) {
    stop.abort();
    await play;
    server.closeAllConnections();
    server.close();
  }
});

describe('playContinuation', () => {
  it('plays people who look around, log in, and are known by their token afterwards', async () => {
    const logins = new Map<string, string>();
    const { seen } = await start(answerAs(logins), { headers: { 'x-tenant': 'chill-ajar' } });
    await until(() => seen.length > 300 && logins.size > 10);
    const urls = seen.map(({ url }) => url);
    expect(urls.some((url) => url.startsWith('/api/public/kursus?q='))).toBe(true);
    expect(urls.some((url) => /^\/api\/public\/(kursus|mentor)\/(a1|b2|c3)$/.test(url))).toBe(true);
    expect(urls.every((url) => !url.includes(':id'))).toBe(true);
    expect(seen.every(({ tenant }) => tenant === 'chill-ajar')).toBe(true);
    expect([...logins.values()].every((email) => email.endsWith('@example.test'))).toBe(true);
    const known = seen.filter(({ authorization }) => authorization !== undefined);
    expect(known.length).toBeGreaterThan(20);
    for (const { authorization = '', cookie } of known) {
      const token = authorization.replace('Bearer ', '');
      expect(logins.has(token)).toBe(true);
      expect(cookie).toBe(`riwayat_refresh=${token}-cookie`);
    }
    const routes = new Set(
      seen.map(({ method, url }) => `${method} ${url.split('?')[0]?.replace(/\/(a1|b2|c3)$/, '/:id')}`),
    );
    expect([...routes].every((route) => ROUTES.has(route))).toBe(true);
  });

  it('asks for what only somebody may read with the token of that person, and writes nothing', async () => {
    const logins = new Map<string, string>();
    const own = ['/api/pelanggan/daftar-sesi', '/api/mentor/daftar-sesi', '/api/mentor/profil-saya'];
    const routes = new Set([
      ...ROUTES,
      ...own.map((path) => `GET ${path}`),
      'GET /api/admin/pembayaran',
      'POST /api/pelanggan/pesan-sesi',
      'POST /api/mentor/mulai-sesi',
    ]);
    const { seen } = await start(answerAs(logins), { routes });
    const asked = () => seen.filter(({ url }) => own.includes(url));
    await until(() => own.every((path) => asked().some(({ url }) => url === path)));
    for (const { url, authorization = '' } of asked()) {
      const email = logins.get(authorization.replace('Bearer ', ''));
      expect(email).toMatch(url.startsWith('/api/mentor/') ? /^mentor-/ : /@example\.test$/);
    }
    const written = seen.filter(({ method }) => method !== 'GET').map(({ url }) => url);
    expect(written.every((url) => ['/api/login', '/api/logout', '/api/token/refresh'].includes(url))).toBe(
      true,
    );
  });

  it('keeps to its mean rate from the first seconds on', async () => {
    const { seen } = await start(answerAs(new Map()), { rate: 0.001, minimumRate: 1, speed: 40 });
    await until(() => seen.length > 0);
    const from = seen.length;
    const since = Date.now();
    await until(() => Date.now() - since > 4000);
    const perSecond = (seen.length - from) / ((Date.now() - since) / 1000) / 40;
    expect(perSecond).toBeGreaterThan(0.6);
    expect(perSecond).toBeLessThan(1.7);
  });

  it('does not wait for answers, and holds no more than 32 requests open', async () => {
    let open = 0;
    const { seen, stop, play } = await start(() => {
      open += 1;
    }, {});
    await until(() => open >= 20);
    await until(() => seen.length >= 20);
    expect(open).toBeLessThanOrEqual(32);
    const aborted = Date.now();
    stop.abort();
    await play;
    expect(Date.now() - aborted).toBeLessThan(1000);
  });

  it('ends within a second and asks nothing more', async () => {
    const { server, port, seen, stop, play } = await start(answerAs(new Map()), {});
    await until(() => seen.length > 20);
    const aborted = Date.now();
    stop.abort();
    await play;
    expect(Date.now() - aborted).toBeLessThan(1000);
    // What had left before the end may still arrive; once these connections are closed, nothing more comes.
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const count = seen.length;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(seen.length).toBe(count);
  });

  it('goes on through a target that is away, and says so once', async () => {
    const { server, port, seen, logs } = await start(answerAs(new Map()), {});
    await until(() => seen.length > 10);
    server.closeAllConnections();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await until(() => logs.length > 0);
    const count = seen.length;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    await until(() => seen.length > count + 20);
    expect(logs.filter((message) => /does not answer/.test(message))).toHaveLength(1);
    expect(logs.at(-1)).toMatch(/answers again/);
  });

  it('survives answers that are nonsense', async () => {
    const { seen, logs } = await start((_, response) => {
      response.statusCode = 500;
      response.end('<html>');
    }, {});
    await until(() => seen.length > 60);
    expect(logs).toEqual([]);
  });

  it('sends nobody without an account to the log-in', async () => {
    const { seen } = await start(answerAs(new Map()), { accounts: new Map() });
    await until(() => seen.length > 60);
    expect(seen.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('refuses what it cannot play', () => {
    const options: PlayOptions = {
      target: 'http://127.0.0.1:1',
      seed: 1,
      accounts: new Map(),
      routes: ROUTES,
      signal: AbortSignal.abort(),
      logger: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    };
    expect(() => playContinuation({ ...options, rate: 0 })).toThrow(RangeError);
    expect(() => playContinuation({ ...options, speed: -1 })).toThrow(RangeError);
    expect(() => playContinuation({ ...options, routes: new Set(['GET /nowhere']) })).toThrow(
      /nothing to play/,
    );
    expect(() => playContinuation({ ...options, target: 'nowhere' })).toThrow(TypeError);
  });
});
