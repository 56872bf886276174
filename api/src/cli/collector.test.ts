import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import { openServices } from '../services.ts';
import { inherited } from '../testing/environment.ts';
import { temporaryDirectory } from '../testing/postgres.ts';
import { type ServerProcess, startServer } from '../testing/server.ts';

const COMMAND = fileURLToPath(new URL('./collector.ts', import.meta.url));

const HOUR_MS = 3_600_000;
/** Each opens both stores, on a machine that may have more to do. */
const TWO_STARTS_MS = 60_000;

describe('npm run collector', () => {
  let dataDirectory: string;
  let server: ServerProcess;
  let secret: string;

  beforeAll(async () => {
    dataDirectory = await temporaryDirectory();
    const config = parseConfig({ NODE_ENV: 'test', DATA_DIR: dataDirectory });
    const services = await openServices(config, () => undefined);
    const { id } = await services.tenants.create({ id: 'acme', name: 'Acme' });
    const made = await services.keys.create(id, {
      name: 'k',
      scopes: ['ingest:requests'],
      createdBy: null,
    });
    secret = made.secret;
    await services.close();
    server = await startServer({ dataDirectory, collector: true });
  });
  afterAll(async () => {
    await server.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  function collector(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--import', 'tsx', '--conditions=@riwayat/source', COMMAND, ...args],
        { env: { ...inherited, DATA_DIR: dataDirectory, INGEST_PORT: '0' } },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  }

  const send = (body: string, authorization: string): Promise<Response> =>
    fetch(`${server.url}/v1/requests`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson', authorization },
      body,
    });

  it('takes records by key, stores them, and says that it is well', async () => {
    const record = {
      id: 'r1',
      ts: new Date().toISOString(),
      method: 'GET',
      endpoint: '/orders/:id',
      status: 200,
      duration_ms: 12,
    };
    const answer = await send(`${JSON.stringify(record)}\n`, `Bearer ${secret}`);
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 202,
      body: { accepted: 1, rejected: 0 },
    });
    expect((await send('{}\n', 'Bearer nonsense')).status).toBe(401);
    expect(await (await fetch(`${server.url}/health-check`)).json()).toMatchObject({ database: 'up' });
    await expect
      .poll(async () => (await fetch(`${server.url}/metrics`)).text(), { timeout: 10_000 })
      .toMatch(/^riwayat_records_stored\S* [1-9]/m);
  });

  it('has nothing but ingest, health and metrics', async () => {
    for (const path of ['/api/login', '/api/v1/tenant/keys', '/']) {
      expect((await fetch(server.url + path)).status).toBe(404);
    }
  });

  it('says in a line why it cannot have a data directory that is in use', async () => {
    const { code, stderr } = await collector();
    expect(code).toBe(1);
    expect(stderr).toMatch(/another process|in use/i);
    expect(stderr).toContain('A running "npm start" takes records itself');
  });

  it(
    'keeps the books of what was stored, once nothing else has the data directory',
    async () => {
      expect(await server.stop()).toBe(0);
      const span = ['--from', new Date(Date.now() - HOUR_MS).toISOString(), '--to', new Date().toISOString()];
      const reconciled = await collector('reconcile', ...span);
      expect(reconciled).toMatchObject({ code: 0, stdout: expect.stringContaining('Everything adds up') });
      const repaired = await collector('repair-rollups', ...span, '--tenant', 'acme');
      expect(repaired).toMatchObject({ code: 0, stdout: expect.stringContaining('made anew, and add up') });
    },
    TWO_STARTS_MS,
  );

  it('explains itself', async () => {
    const help = await collector('--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/serve.*reconcile.*repair-rollups/s);
  });
});
