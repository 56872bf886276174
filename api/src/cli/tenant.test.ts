import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inherited } from '../testing/environment.ts';
import { temporaryDirectory } from '../testing/postgres.ts';
import { type ServerProcess, startServer } from '../testing/server.ts';

const COMMAND = fileURLToPath(new URL('./tenant.ts', import.meta.url));

/** Each is a process of its own, on a machine that may have more to do. */
const MANY_COMMANDS_MS = 60_000;

describe('npm run tenant', () => {
  let dataDirectory: string;
  let server: ServerProcess;

  beforeAll(async () => {
    dataDirectory = await temporaryDirectory();
    server = await startServer({ dataDirectory, env: { DEMO: 'off' } });
  });
  afterAll(async () => {
    await server.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  function tenant(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--import', 'tsx', '--conditions=@riwayat/source', COMMAND, ...args],
        { env: { ...inherited, DATA_DIR: dataDirectory } },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  }

  it('makes a tenant whose administrator can log in, while the server runs on', async () => {
    const { code, stdout } = await tenant('create', 'acme', '--name', 'Acme', '--admin', 'ada@acme.example');
    expect(code).toBe(0);
    const password = /ada@acme\.example {2}(\S+)/.exec(stdout)?.[1];
    const answer = await fetch(`${server.url}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@acme.example', password }),
    });
    expect(await answer.json()).toMatchObject({ user: { role: 'administrator', tenant: { name: 'Acme' } } });
  });

  it('makes somebody known the administrator of a second tenant, without a new password', async () => {
    const { code, stdout } = await tenant('create', 'umbrella', '--admin', 'ada@acme.example');
    expect(code).toBe(0);
    expect(stdout).toContain('with the password they have');
  });

  it(
    'makes a tenant with a plan, and opens, shows and ends contracts',
    async () => {
      const wrong = await tenant('create', 'planless', '--admin', 'ada@acme.example', '--plan', 'nonsense');
      expect(wrong.code).toBe(1);
      expect(wrong.stderr).toContain('There is no plan "nonsense"');
      const made = await tenant('create', 'planned', '--admin', 'ada@acme.example', '--plan', 'starter');
      expect(made.stdout).toContain('planned is billed by the plan starter from');
      expect((await tenant('contract', 'open', 'planned', '--plan', 'usage')).stderr).toContain(
        'has a contract already',
      );
      expect((await tenant('contract', 'end', 'planned', '--on', '2020-01-01')).stderr).toContain(
        'A contract ends on',
      );
      expect((await tenant('contract', 'end', 'planned', '--on', '2999-12-31')).code).toBe(0);
      expect((await tenant('contract', 'show', 'planned')).stdout).toMatch(/to 2999-12-31\n.*starter/);
    },
    MANY_COMMANDS_MS,
  );

  it(
    'makes, lists, renews and ends a key',
    async () => {
      await tenant('create', 'keyed', '--admin', 'ada@acme.example');
      const made = await tenant('key', 'create', 'keyed', '--name', 'shop', '--scope', 'ingest:events');
      expect(made.code).toBe(0);
      const secret = /^ {2}(rwy_\S+)$/m.exec(made.stdout)?.[1] ?? '';
      const id = /key_[0-9a-f]{16}/.exec(made.stdout)?.[0] ?? '';
      const listed = await tenant('key', 'list', 'keyed');
      expect(listed.stdout).toContain(`${id}  ${secret.slice(0, 25)}…  shop  ingest:events  5000/s  good`);
      expect(listed.stdout).not.toContain(secret);
      const rotated = await tenant('key', 'rotate', 'keyed', id, '--overlap', '0');
      expect(/^ {2}(rwy_\S+)$/m.exec(rotated.stdout)?.[1]).not.toBe(secret);
      expect((await tenant('key', 'revoke', 'keyed', id)).stdout).toContain(`${id} is revoked`);
      expect((await tenant('key', 'list', 'keyed')).stdout).toContain('revoked 2');
      expect(await tenant('key', 'revoke', 'acme', id)).toMatchObject({
        code: 1,
        stderr: `acme has no key ${id}. See: npm run tenant -- key list acme\n`,
      });
      expect(await tenant('key', 'list', 'nobody')).toMatchObject({ code: 1 });
    },
    MANY_COMMANDS_MS,
  );

  it(
    'makes an operator, who may do nothing before a second factor is set up',
    async () => {
      const { code, stdout } = await tenant('operator', 'olga@platform.example');
      expect(code).toBe(0);
      const password = /olga@platform\.example {2}(\S+)/.exec(stdout)?.[1];
      const answer = await fetch(`${server.url}/api/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'olga@platform.example', password }),
      });
      expect(await answer.json()).toMatchObject({
        user: { role: 'operator', permissions: ['second-factor:own'], tenant: { id: 'platform' } },
      });
      expect(await tenant('operator', 'olga@platform.example')).toMatchObject({
        code: 1,
        stderr: 'olga@platform.example is an operator already.\n',
      });
      expect(await tenant('second-factor', 'reset', 'olga@platform.example')).toMatchObject({
        code: 1,
        stderr: 'olga@platform.example has no second factor.\n',
      });
    },
    MANY_COMMANDS_MS,
  );

  it('says that there are no mails when there are none', async () => {
    expect(await tenant('outbox', '--to', 'nobody@acme.example')).toMatchObject({
      code: 0,
      stdout: 'There are no mails.\n',
    });
  });

  it('says in a line what is wrong', async () => {
    expect(await tenant('create', 'acme', '--admin', 'ada@acme.example')).toMatchObject({
      code: 1,
      stderr: 'There is a tenant "acme" already. Choose another id.\n',
    });
    expect((await tenant('create', 'Not A Slug', '--admin', 'x@y.example')).stderr).toContain(
      'cannot name a tenant',
    );
    expect(
      (await tenant('create', 'zoned', '--admin', 'x@y.example', '--timezone', 'Mars')).stderr,
    ).toContain('"Mars" is not a time zone');
    expect(await tenant('create', 'nobody')).toMatchObject({ code: 2 });
    expect(await tenant('create', '--help')).toMatchObject({ code: 0 });
  });
});
