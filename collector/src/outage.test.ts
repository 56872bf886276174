import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openCollector } from './collector.ts';
import { eventually, temporaryDirectory, testLogger } from './testing/engine.ts';
import { record } from './testing/records.ts';

/**
 * As much of ClickHouse's HTTP protocol as a sender meets: statements come as POST bodies, an exception is a 4xx or 5xx
 * whose body begins with "Code: N. DB::Exception", all else is 200. Stands for somebody else's server; what inserts
 * do is tested on the real engine.
 */
class FakeServer {
  readonly inserts: { token: string; lines: string[] }[] = [];
  /** An exception to answer inserts into `requests` with. */
  exception: string | undefined;
  #server: Server | undefined;

  async listen(port = 0): Promise<number> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const statement = await text(request);
    const token = /insert_deduplication_token = '([^']*)'/.exec(statement)?.[1];
    if (token !== undefined && statement.includes('INSERT INTO riwayat.requests ')) {
      if (this.exception !== undefined) {
        response.writeHead(500, { 'x-clickhouse-exception-code': '252' }).end(this.exception);
        return;
      }
      this.inserts.push({ token, lines: statement.trimEnd().split('\n').slice(1) });
    }
    response.writeHead(200).end();
  }
}

let server: FakeServer;
beforeEach(() => {
  server = new FakeServer();
});
afterEach(() => server.stop());

it('takes records while the store is down and sends them once it is up, in order, trying again what fails', async () => {
  const port = await server.listen();
  await server.stop();
  const logger = testLogger();
  const collector = await openCollector({
    store: { kind: 'server', url: `http://127.0.0.1:${port}` },
    spoolDirectory: join(temporaryDirectory(), 'spool'),
    instance: 'test',
    logger,
  });
  for (let i = 0; i < 100; i += 1) {
    collector.record(record({ requestId: BigInt(i) }));
  }
  await collector.sync();
  await eventually(() => collector.status().lastError !== undefined);
  expect(collector.status()).toMatchObject({ store: 'down', accepted: 100, stored: 0, inSpool: 100 });

  server.exception = 'Code: 252. DB::Exception: Too many parts. (TOO_MANY_PARTS)';
  await server.listen(port);
  await eventually(() => collector.status().lastError?.includes('Too many parts') === true);
  expect(collector.status()).toMatchObject({ store: 'down', rejected: 0, inSpool: 100 });

  server.exception = undefined;
  collector.record(record({ requestId: 100n }));
  await collector.drain();
  expect(collector.status()).toMatchObject({ store: 'up', stored: 101, inSpool: 0 });
  const ids = server.inserts.flatMap(({ lines }) => lines.map((line) => Number(line.split(',')[1])));
  expect(ids).toEqual(Array.from({ length: 101 }, (_, i) => i));
  expect(new Set(server.inserts.map(({ token }) => token)).size).toBe(server.inserts.length);
  await collector.close();
});

it('closes at once while the store is down, and leaves what it took to the next start', async () => {
  const port = await server.listen();
  await server.stop();
  const options = {
    store: { kind: 'server', url: `http://127.0.0.1:${port}` },
    spoolDirectory: join(temporaryDirectory(), 'spool'),
    instance: 'test',
    logger: testLogger(),
  } as const;
  const first = await openCollector(options);
  first.record(record({ requestId: 7n }));
  const stored = first.drain();
  const refused = expect(stored).rejects.toThrow('closed before');
  const start = performance.now();
  await first.close();
  await refused;
  expect(performance.now() - start).toBeLessThan(2_000);

  await server.listen(port);
  const second = await openCollector(options);
  await second.drain();
  expect(second.status()).toMatchObject({ accepted: 1, stored: 1, inSpool: 0 });
  expect(
    server.inserts.flatMap(({ lines }) => lines).filter((line) => line.split(',')[1] === '7'),
  ).toHaveLength(1);
  await second.close();
});
