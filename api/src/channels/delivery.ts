/*
 * Delivery of the outbox, by every channel.
 *
 * What always holds: a row is sent by one worker at a time, and never again once it is marked as sent. The mark comes
 * after the provider's yes: a process that dies between the two, or loses Postgres there for longer than it tries, sends
 * the message a second time; so does a provider whose yes is lost on its way to us. That is what "at least once" means
 * here; both carry the same id, by which who receives them can tell.
 */
import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Limits } from '../coordination/coordination.ts';
import { JobError, type JobHandler, jobHandler } from '../jobs/handler.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { rest } from '../stopping.ts';
import { LOCALES } from '../tenants/tenant.ts';
import { type Carrier, DeliveryError, type OutgoingMessage, type PreparedMessage } from './carrier.ts';
import { type Channel, LIMITS, type SendRate } from './channel.ts';
import type { Circuits } from './circuits.ts';
import { deliverBy } from './task.ts';

/** A worker that has not said in this time what became of a message will not: it died. No carrier tries for longer than half of it. */
const CLAIM_SECONDS = 90;
/** A message was taken, and Postgres does not take the mark: tried again before the message is sent again. */
const MARK_ATTEMPTS = 10;
const MARK_RETRY_MS = 1_000;
/** What has no time of its own is not worth waiting for any longer than this. */
const LONGEST_WAIT_MS = 3 * 24 * 60 * 60 * 1_000;
const MS_PER_SECOND = 1_000;
/** As the workers' library waits: e to the power of the attempts, in seconds. */
const MOST_BACKOFF_EXPONENT = 10;
/** Those that failed together are not tried again together. */
const JITTER = 0.5;

export interface DeliveryOptions {
  readonly database: Database;
  readonly channel: Channel;
  /** Undefined: there is no provider, and messages are kept where the machine's operator can see them. */
  readonly carrier: Carrier | undefined;
  readonly circuits: Circuits;
  readonly limits: Limits;
  readonly now?: () => Date;
}

/** Does the jobs that send what goes out by one channel. */
export function delivery(options: DeliveryOptions): JobHandler {
  const { database, channel, carrier, circuits } = options;
  const { db } = database;
  return jobHandler(deliverBy(channel), async ({ outboxId }, { attempt, lastAttempt, signal }) => {
    if (carrier === undefined) {
      await keep(db, outboxId);
      return;
    }
    const message = await claim(db, outboxId);
    if (message === undefined) {
      await assertDone(db, outboxId);
      return;
    }
    let lane: string | undefined;
    let providerId: string | undefined;
    try {
      const prepared = await carrier.prepare(message);
      await admit(options, message, prepared);
      ({ lane } = prepared);
      providerId = await prepared.send();
      circuits.answered(lane);
    } catch (error) {
      if (error instanceof JobError) {
        throw error;
      }
      note(circuits, lane, error);
      const final = !(error instanceof DeliveryError) || error.final;
      await fail(db, outboxId, { answer: answerOf(error), givenUp: final || lastAttempt });
      throw new JobError(error instanceof DeliveryError ? error.message : 'The message cannot be written.', {
        final,
        cause: error,
        again: { afterMs: pauseMs(error, attempt), counts: true },
      });
    }
    await markSent(db, outboxId, providerId, signal);
  });
}

/**
 * Sees whether the message may be sent now.
 *
 * @throws {JobError} when it is for later, and then it is free for others; or too old
 */
async function admit(
  { database: { db }, channel, circuits, limits, now = () => new Date() }: DeliveryOptions,
  message: OutgoingMessage,
  { lane }: PreparedMessage,
): Promise<void> {
  const { perRecipient, perProvider } = LIMITS[channel];
  const recipient = createHash('sha256').update(message.recipient).digest('base64url');
  // A lane that is free counts on hearing what became of the message, so it is asked last.
  const waits = [
    () => overRate(limits, `send:${channel}`, perProvider),
    () => overRate(limits, `send:${channel}:${recipient}`, perRecipient),
    async () => circuits.waitMs(lane),
  ];
  for (const waitMs of waits) {
    const afterMs = await waitMs();
    if (afterMs > 0) {
      const until = message.expiresAt?.getTime() ?? message.createdAt.getTime() + LONGEST_WAIT_MS;
      const final = now().getTime() + afterMs > until;
      const why = final
        ? 'It could not be sent while it was of use.'
        : 'It waits: the provider is down or asked for a pause, or too much was sent in a short time.';
      await release(db, message.id, { why, givenUp: final });
      throw new JobError(why, { final, again: { afterMs, counts: false } });
    }
  }
}

/** @returns milliseconds to wait */
async function overRate(limits: Limits, key: string, { most, windowMs }: SendRate): Promise<number> {
  const { taken, leftMs } = await limits.take(key, windowMs);
  return taken > most ? leftMs : 0;
}

function note(circuits: Circuits, lane: string | undefined, error: unknown): void {
  if (lane === undefined) {
    return;
  }
  if (!(error instanceof DeliveryError) || !error.down) {
    circuits.answered(lane);
  } else {
    circuits.failed(lane);
  }
  if (error instanceof DeliveryError && error.wholeLane && error.retryAfterMs !== undefined) {
    circuits.pause(lane, error.retryAfterMs);
  }
}

/** As long as the provider asks for, and never less than the attempt is worth. */
function pauseMs(error: unknown, attempt: number): number {
  const backoff = Math.exp(Math.min(attempt, MOST_BACKOFF_EXPONENT)) * MS_PER_SECOND;
  const asked = error instanceof DeliveryError ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(asked, backoff) + Math.random() * JITTER * backoff;
}

const claimedRow = z
  .object({
    id: z.string(),
    tenant_id: z.string(),
    recipient: z.string(),
    user_id: z.string().nullable(),
    locale: z.enum(LOCALES),
    template: z.string(),
    values: z.unknown(),
    created_at: z.date(),
    tenant: z.string(),
    timezone: z.string(),
    expires_at: z.date().nullable(),
    before: z.enum(['queued', 'failed']),
    over: z.boolean(),
  })
  .transform(({ tenant_id, user_id, created_at, expires_at, ...row }) => ({
    ...row,
    tenantId: tenant_id,
    userId: user_id,
    createdAt: created_at,
    expiresAt: expires_at,
  }));

/**
 * Undefined when it is sent already, or being sent.
 *
 * @throws {JobError} when it is too old to be of use, unless somebody had it tried again all the same
 */
async function claim(db: Kysely<Schema>, id: string): Promise<OutgoingMessage | undefined> {
  const { rows } = await sql`
    update outbox
    set state = 'queued', attempts = attempts + 1,
      claimed_until = now() + make_interval(secs => ${CLAIM_SECONDS})
    from tenants, (select id, state from outbox where id = ${id} for update) as found
    where outbox.id = found.id and tenants.id = outbox.tenant_id
      and outbox.state in ('queued', 'failed')
      and (outbox.claimed_until is null or outbox.claimed_until < now())
    returning outbox.id::text, outbox.tenant_id, recipient, user_id, outbox.locale, template, values,
      outbox.created_at, tenants.name as tenant, tenants.timezone, expires_at, found.state as before,
      coalesce(expires_at < now(), false) as over`.execute(db);
  if (rows[0] === undefined) {
    return undefined;
  }
  const { before, over, ...message } = claimedRow.parse(rows[0]);
  if (over && before === 'queued') {
    const why = 'It could not be sent while it was of use.';
    await release(db, id, { why, givenUp: true });
    throw new JobError(why, { final: true });
  }
  return message;
}

/** @throws {JobError} when another worker may be sending it at this moment */
async function assertDone(db: Kysely<Schema>, id: string): Promise<void> {
  const row = await db.selectFrom('outbox').where('id', '=', id).select('state').executeTakeFirst();
  // None: its tenant was deleted.
  if (row?.state === 'queued' || row?.state === 'failed') {
    throw new JobError('Another worker is sending this message, or died while it did.');
  }
}

function answerOf(error: unknown): string {
  if (error instanceof DeliveryError) {
    return error.answer;
  }
  return error instanceof Error ? error.message : String(error);
}

async function keep(db: Kysely<Schema>, id: string): Promise<void> {
  await db
    .updateTable('outbox')
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'failed'])
    .set({ state: 'kept' })
    .execute();
}

/** The attempt was none. */
async function release(
  db: Kysely<Schema>,
  id: string,
  { why, givenUp }: { readonly why: string; readonly givenUp: boolean },
): Promise<void> {
  await db
    .updateTable('outbox')
    .where('id', '=', id)
    .where('state', '=', 'queued')
    .set({
      state: givenUp ? 'failed' : 'queued',
      claimed_until: null,
      last_error: why,
      attempts: sql`attempts - 1`,
    })
    .execute();
}

interface Failure {
  readonly answer: string;
  readonly givenUp: boolean;
}

async function fail(db: Kysely<Schema>, id: string, { answer, givenUp }: Failure): Promise<void> {
  await db
    .updateTable('outbox')
    .where('id', '=', id)
    // The provider may have said meanwhile that it has it.
    .where('state', '=', 'queued')
    .set({ state: givenUp ? 'failed' : 'queued', claimed_until: null, last_error: answer })
    .execute();
}

async function markSent(
  db: Kysely<Schema>,
  id: string,
  providerId: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await db
        .updateTable('outbox')
        .where('id', '=', id)
        .set({
          state: 'sent',
          sent_at: sql`coalesce(sent_at, now())`,
          claimed_until: null,
          last_error: null,
          provider_id: providerId ?? null,
          // There may be tokens in them.
          values: '{}',
        })
        .execute();
      return;
    } catch (error) {
      if (attempt >= MARK_ATTEMPTS || signal.aborted) {
        throw error;
      }
      await rest(MARK_RETRY_MS, signal);
    }
  }
}
