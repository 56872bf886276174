import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../testing/server.ts';
import { Heartbeat } from './heartbeat.ts';

const SECOND = 1_000;
const START = Date.UTC(2026, 10, 20);

let service: Server;
let url: string;
let asked: string[];
let status: number;
let warnings: number;
const logger = pino(
  { level: 'warn' },
  {
    write() {
      warnings += 1;
    },
  },
);

beforeEach(async () => {
  asked = [];
  status = 200;
  warnings = 0;
  const port = await freePort();
  service = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status).end('heard');
  }).listen(port, '127.0.0.1');
  await once(service, 'listening');
  url = `http://127.0.0.1:${port}/ping/abc`;
});
afterEach(async () => {
  service.close();
  await once(service, 'close');
});

const after = (seconds: number): Date => new Date(START + seconds * SECOND);

it('is told once a minute, however many rounds there are, and not while there are none', async () => {
  const heartbeat = new Heartbeat({ url, logger });
  for (let seconds = 0; seconds < 180; seconds += 5) {
    heartbeat.beat(after(seconds));
  }
  await expect.poll(() => asked).toEqual(Array.from({ length: 3 }, () => 'GET /ping/abc'));
  heartbeat.beat(after(3_600));
  await expect.poll(() => asked).toHaveLength(4);
  await heartbeat.stop();
});

it('tells nobody without an address', async () => {
  const heartbeat = new Heartbeat({ url: undefined, logger });
  heartbeat.beat(after(0));
  await heartbeat.stop();
  expect(asked).toEqual([]);
});

it('warns once when the service does not hear it, and goes on', async () => {
  const heartbeat = new Heartbeat({ url, logger });
  status = 500;
  heartbeat.beat(after(0));
  await expect.poll(() => warnings).toBe(1);
  heartbeat.beat(after(60));
  await expect.poll(() => asked).toHaveLength(2);
  status = 200;
  heartbeat.beat(after(120));
  await expect.poll(() => asked).toHaveLength(3);
  await heartbeat.stop();
  expect(warnings).toBe(1);
});
