import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer as createSilentServer } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';
import { tenantRow } from '../../tenants/tenant.ts';
import { temporaryDirectory } from '../../testing/postgres.ts';
import { questionOf } from '../../testing/signal-questions.ts';
import { CertificateSignal } from './certificate-signal.ts';

const DAY_MS = 86_400_000;
const QUESTION = questionOf(tenantRow.shape.id.parse(OPERATORS_TENANT), {
  signal: 'certificate_days',
  when: { kind: 'below', value: 14 },
});

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
});

/** Listens with a certificate that is good for so many days. @returns the port */
async function listenWith(days: number): Promise<number> {
  const directory = await temporaryDirectory();
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', String(days)].concat(
      ['-keyout', key, '-out', cert],
    ),
    { stdio: 'ignore' },
  );
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(
    () => server.close(),
    () => rm(directory, { recursive: true }),
  );
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
}

async function daysLeft(signal: CertificateSignal, at: Date): Promise<number | null | undefined> {
  const [values] = await signal.read([QUESTION], at);
  return values?.[0]?.value;
}

it('says how many days the certificate of the public address still has, whoever vouches for it', async () => {
  const signal = new CertificateSignal(`https://localhost:${await listenWith(30)}`);
  const now = new Date();
  expect(await daysLeft(signal, now)).toBeNull();
  await signal.look(now);
  expect(await daysLeft(signal, now)).toBeCloseTo(30, 2);
  expect(await daysLeft(signal, new Date(now.getTime() + 35 * DAY_MS))).toBeCloseTo(-5, 2);
});

it('knows nothing without https; what it saw once stays when the address does not answer', async () => {
  const now = new Date();
  const plain = new CertificateSignal('http://localhost:1');
  await plain.look(now);
  expect(await daysLeft(plain, now)).toBeNull();

  const silent = createSilentServer((socket) => socket.destroy());
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  closers.push(() => silent.close());
  const address = silent.address();
  const away = new CertificateSignal(`https://localhost:${typeof address === 'object' ? address?.port : ''}`);
  await away.look(now);
  expect(await daysLeft(away, now)).toBeNull();
});
