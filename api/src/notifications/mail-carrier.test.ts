import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { JobContext } from '../jobs/handler.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { rest } from '../stopping.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { deliveryBy, FIRST_ATTEMPT } from '../testing/delivering.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { sendMail } from './mail.ts';
import { mailCarrier } from './mail-carrier.ts';
import { createMailer, type Mailer } from './mailer.ts';
import { outboxMails } from './outbox.ts';

const TO = 'budi@example.com';
let server: TestPostgres;
let database: Database;
let db: Kysely<Schema>;
let tenantId: TenantId;
let outboxId: string;
let received: { to: string[]; content: string }[];
const listeners: SMTPServer[] = [];

beforeAll(async () => {
  server = await startTestPostgres();
  ({ database } = await server.freshDatabase());
  ({ db } = database);
  const tenants = new TenantDirectory(database);
  ({ id: tenantId } = await tenants.create({ id: 'chill-ajar', name: 'Chill Ajar' }));
});
afterAll(() => server.stop());
beforeEach(async () => {
  received = [];
  outboxId = await queued(TO);
});
afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => new Promise<void>((done) => listener.close(done))));
});

async function queued(to: string): Promise<string> {
  await db.transaction().execute((transaction) =>
    sendMail(transaction, {
      tenantId,
      to,
      locale: 'en',
      template: 'reset-password',
      values: {
        name: 'Budi',
        link: 'https://chill-ajar.example/#/reset?token=tok-123',
        expiresAt: '2026-11-21T08:00:00Z',
      },
    }),
  );
  const { id } = await db
    .selectFrom('outbox')
    .select('id')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return id;
}

/** A mail server of this machine, and a mailer that sends to it. */
async function mailServer(options: SMTPServerOptions = {}, sendTimeoutMs?: number): Promise<Mailer> {
  const listener = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      text(stream).then((content) => {
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), content });
        done();
      }, done);
    },
    ...options,
  });
  // A client that is cut off is what some of these tests are about.
  listener.on('error', () => undefined);
  listeners.push(listener);
  listener.listen(0, '127.0.0.1');
  await once(listener.server, 'listening');
  const { port } = listener.server.address() as AddressInfo;
  return createMailer({
    url: `smtp://127.0.0.1:${port}`,
    from: 'Riwayat <no-reply@riwayat.example>',
    ...(sendTimeoutMs !== undefined && { sendTimeoutMs }),
  });
}

const deliver = (mailer: Mailer | undefined, context: Partial<JobContext> = {}): Promise<void> =>
  deliveryBy(database, 'mail', mailer && mailCarrier({ mailer })).run(
    { tenantId, outboxId },
    { ...FIRST_ATTEMPT, ...context },
  );

const row = () =>
  db
    .selectFrom('outbox')
    .where('id', '=', outboxId)
    .select(['state', 'attempts', 'last_error', 'values', 'sent_at', 'claimed_until'])
    .executeTakeFirstOrThrow();

function smtpError(message: string, responseCode: number): Error {
  return Object.assign(new Error(message), { responseCode });
}

it('sends a mail once, and wipes what may be a token', async () => {
  const mailer = await mailServer();
  await deliver(mailer);
  expect(await row()).toMatchObject({ state: 'sent', attempts: 1, values: {}, sent_at: expect.any(Date) });
  await deliver(mailer);
  expect(received).toHaveLength(1);
  expect(received[0]?.to).toEqual([TO]);
  const content = received[0]?.content ?? '';
  expect(content).toContain('From: Riwayat <no-reply@riwayat.example>');
  expect(content).toContain('Subject: Set a new password for Chill Ajar');
  expect(content).toMatch(new RegExp(`^Message-ID: <outbox-${outboxId}\\.\\d+@riwayat\\.example>`, 'm'));
  expect(content).toContain('token=3Dtok-123');
});

it('sends one mail when two workers have the same job', async () => {
  const mailer = await mailServer();
  const outcomes = await Promise.allSettled([deliver(mailer), deliver(mailer), deliver(mailer)]);
  expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
  expect(received).toHaveLength(1);
  expect(await row()).toMatchObject({ state: 'sent' });
});

it('makes one recipient of an address, whatever is in it', async () => {
  outboxId = await queued('"a, b@evil.example"@example.com');
  const mailer = await mailServer();
  await deliver(mailer).catch(() => undefined);
  expect(received.flatMap(({ to }) => to)).not.toContain('b@evil.example');
  expect(received.flatMap(({ to }) => to).length).toBeLessThanOrEqual(1);
});

it('gives up a mail that the server will never take', async () => {
  const mailer = await mailServer({
    onRcptTo: (_address, _session, done) => done(smtpError('no such mailbox', 550)),
  });
  await expect(deliver(mailer)).rejects.toMatchObject({
    message: 'The mail server answered 550.',
    final: true,
  });
  expect(await row()).toMatchObject({
    state: 'failed',
    attempts: 1,
    last_error: expect.stringContaining('no such mailbox'),
  });
});

it('tries again a mail that the server does not take now, and sends it when it does', async () => {
  let refusals = 1;
  const mailer = await mailServer({
    onRcptTo: (_address, _session, done) => {
      refusals -= 1;
      done(refusals >= 0 ? smtpError('try later', 451) : undefined);
    },
  });
  await expect(deliver(mailer)).rejects.toMatchObject({
    message: 'The mail server answered 451.',
    final: false,
  });
  expect(await row()).toMatchObject({ state: 'queued', attempts: 1, claimed_until: null });
  await deliver(mailer, { attempt: 2 });
  expect(await row()).toMatchObject({ state: 'sent', attempts: 2 });
  expect(received).toHaveLength(1);
});

it('marks a mail as failed when its last attempt fails, and sends it when somebody retries the job', async () => {
  const nobody = createMailer({ url: 'smtp://127.0.0.1:1', from: 'no-reply@riwayat.example' });
  await expect(deliver(nobody, { lastAttempt: true })).rejects.toMatchObject({
    message: 'The mail server could not be reached, or did not take the mail in time.',
    final: false,
  });
  expect(await row()).toMatchObject({ state: 'failed' });
  await deliver(await mailServer());
  expect(await row()).toMatchObject({ state: 'sent' });
});

it('does not wait for ever for a server that says nothing', async () => {
  const mailer = await mailServer({ onData: (stream) => void stream.resume() }, 1_000);
  const startedAt = Date.now();
  await expect(deliver(mailer)).rejects.toThrow('did not take the mail in time');
  expect(Date.now() - startedAt).toBeLessThan(5_000);
  expect(await row()).toMatchObject({ state: 'queued' });
});

it('tries again when the server dies in the middle of the mail', async () => {
  const mailer = await mailServer({
    onData: (stream) => {
      stream.once('data', () => {
        for (const { _socket } of listeners[0]?.connections ?? []) {
          _socket.destroy();
        }
      });
    },
  });
  await expect(deliver(mailer)).rejects.toMatchObject({ final: false });
  expect(await row()).toMatchObject({ state: 'queued', values: { name: 'Budi' } });
});

it('sends a mail again, as the same mail, when the worker died before it could note that it was sent', async () => {
  const mailer = await mailServer();
  const dying: Mailer = {
    async send(mail) {
      await mailer.send(mail);
      await new Promise(() => undefined);
    },
  };
  void deliver(dying);
  await expect.poll(() => received).toHaveLength(1);
  await expect(deliver(mailer)).rejects.toThrow('Another worker is sending this message');
  expect(received).toHaveLength(1);
  await sql`update outbox set claimed_until = now() - interval '1 second'`.execute(db);
  await deliver(mailer);
  expect(received).toHaveLength(2);
  const ids = received.map(({ content }) => /^Message-ID: (\S+)/m.exec(content)?.[1]);
  expect(ids[0]).toBe(ids[1]);
});

it('keeps mails where the machine’s operator can read them, when there is no mail server', async () => {
  await deliver(undefined);
  expect(await row()).toMatchObject({ state: 'kept', attempts: 0, values: { name: 'Budi' } });
  await deliver(await mailServer());
  await rest(50, FIRST_ATTEMPT.signal);
  expect(received).toEqual([]);
});

it('shows the machine’s operator what a mail says, until it is sent', async () => {
  const mails = () => outboxMails(db, TO);
  await deliver(undefined);
  expect((await mails()).at(-1)).toMatchObject({
    id: outboxId,
    to: TO,
    state: 'kept',
    written: {
      subject: 'Set a new password for Chill Ajar',
      text: expect.stringContaining('https://chill-ajar.example/#/reset?token=tok-123'),
    },
  });
  expect(await outboxMails(db, 'nobody@example.com')).toEqual([]);
  outboxId = await queued(TO);
  await deliver(await mailServer());
  expect((await mails()).at(-1)).toMatchObject({ id: outboxId, state: 'sent', written: undefined });
});

it('gives up a mail that this version cannot write', async () => {
  await sql`update outbox set template = 'unheard-of' where id = ${outboxId}`.execute(db);
  await expect(deliver(await mailServer())).rejects.toMatchObject({
    message: 'The message cannot be written.',
    final: true,
  });
  expect(await row()).toMatchObject({
    state: 'failed',
    last_error: 'There is no mail template "unheard-of".',
  });
});

it('lets mail programs offer to unsubscribe from what people can turn off', async () => {
  const mailer = await mailServer();
  const letter = { to: TO, messageId: 'outbox-1.1', subject: 'Errors', text: 'Errors', html: 'Errors' };
  await mailer.send({ ...letter, preferences: 'https://chill-ajar.example/#/notifications' });
  await mailer.send(letter);
  expect(received.map(({ content }) => /^List-Unsubscribe: (\S+)/m.exec(content)?.[1])).toEqual([
    '<https://chill-ajar.example/#/notifications>',
    undefined,
  ]);
});
