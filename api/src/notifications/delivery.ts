/*
 * Delivery of the outbox's mails.
 *
 * What always holds: a row is sent by one worker at a time, and never again once it is marked as sent. The mark comes
 * after the mail server's yes: a process that dies between the two, or loses Postgres there for longer than it tries,
 * sends the mail a second time. That is what "at least once" means here; both carry the same Message-ID.
 */
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { JobError, type JobHandler, jobHandler } from '../jobs/handler.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { rest } from '../stopping.ts';
import { LOCALES, type Locale } from '../tenants/tenant.ts';
import { DELIVER_MAIL } from './mail.ts';
import { isMailTemplate, MAIL_TEMPLATES, type MailTemplate } from './mail-templates.ts';
import { mailText } from './mail-text.ts';
import { type MailAttachment, MailError, type Mailer, type OutgoingMail, SEND_TIMEOUT_MS } from './mailer.ts';

/** A worker that has not said in this time what became of a mail will not: it died. */
const CLAIM_SECONDS = 2 * (SEND_TIMEOUT_MS / 1_000);
/** A mail was taken, and Postgres does not take the mark: tried again before the mail is sent again. */
const MARK_ATTEMPTS = 10;
const MARK_RETRY_MS = 1_000;

export interface DeliveryOptions {
  readonly database: Database;
  /** Undefined: there is no mail server, and mails are kept where the machine's operator can read them. */
  readonly mailer: Mailer | undefined;
  /** What a mail brings, made when it is sent; nothing unless given. */
  readonly attachments?: (mail: SentMail) => Promise<MailAttachment[]>;
}

/** A mail of which it is asked what it brings. */
interface SentMail {
  readonly tenantId: string;
  readonly locale: Locale;
  readonly template: MailTemplate;
  readonly values: unknown;
}

/** Does the jobs that send mails. */
export function mailDelivery({
  database: { db },
  mailer,
  attachments = async () => [],
}: DeliveryOptions): JobHandler {
  return jobHandler(DELIVER_MAIL, async ({ outboxId }, { lastAttempt, signal }) => {
    if (mailer === undefined) {
      await keep(db, outboxId);
      return;
    }
    const row = await claim(db, outboxId);
    if (row === undefined) {
      await assertDone(db, outboxId);
      return;
    }
    try {
      await mailer.send(await written(row, attachments));
    } catch (error) {
      const final = !(error instanceof MailError) || error.final;
      await fail(db, outboxId, { answer: answerOf(error), givenUp: final || lastAttempt });
      throw new JobError(error instanceof MailError ? error.message : 'The mail cannot be written.', {
        final,
        cause: error,
      });
    }
    await markSent(db, outboxId, signal);
  });
}

const claimedRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  recipient: z.string(),
  locale: z.enum(LOCALES),
  template: z.string(),
  values: z.unknown(),
  created_at: z.date(),
  tenant: z.string(),
  timezone: z.string(),
});

/** Undefined when it is sent already, or being sent. */
async function claim(db: Kysely<Schema>, id: string): Promise<z.infer<typeof claimedRow> | undefined> {
  const row = await db
    .updateTable('outbox')
    .from('tenants')
    .whereRef('tenants.id', '=', 'outbox.tenant_id')
    .where('outbox.id', '=', id)
    .where('state', 'in', ['queued', 'failed'])
    .where((where) =>
      where.or([where('claimed_until', 'is', null), where('claimed_until', '<', sql<Date>`now()`)]),
    )
    .set({
      state: 'queued',
      attempts: sql`attempts + 1`,
      claimed_until: sql`now() + make_interval(secs => ${CLAIM_SECONDS})`,
    })
    .returning([
      'outbox.id',
      'outbox.tenant_id',
      'recipient',
      'outbox.locale',
      'template',
      'values',
      'outbox.created_at',
      'tenants.name as tenant',
      'tenants.timezone',
    ])
    .executeTakeFirst();
  return row && claimedRow.parse(row);
}

/** @throws {JobError} when another worker may be sending it at this moment */
async function assertDone(db: Kysely<Schema>, id: string): Promise<void> {
  const row = await db.selectFrom('outbox').where('id', '=', id).select('state').executeTakeFirst();
  // None: its tenant was deleted.
  if (row?.state === 'queued' || row?.state === 'failed') {
    throw new JobError('Another worker is sending this mail, or died while it did.');
  }
}

async function written(
  { template, values, ...row }: z.infer<typeof claimedRow>,
  attachments: NonNullable<DeliveryOptions['attachments']>,
): Promise<OutgoingMail> {
  if (!isMailTemplate(template)) {
    throw new Error(`There is no mail template "${template}".`);
  }
  const letter = MAIL_TEMPLATES[template].letter(values, row);
  return {
    ...mailText(letter, row.locale),
    to: row.recipient,
    messageId: `outbox-${row.id}.${row.created_at.getTime()}`,
    attachments: await attachments({ tenantId: row.tenant_id, locale: row.locale, template, values }),
  };
}

function answerOf(error: unknown): string {
  if (error instanceof MailError) {
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

interface Failure {
  readonly answer: string;
  readonly givenUp: boolean;
}

async function fail(db: Kysely<Schema>, id: string, { answer, givenUp }: Failure): Promise<void> {
  await db
    .updateTable('outbox')
    .where('id', '=', id)
    .set({ state: givenUp ? 'failed' : 'queued', claimed_until: null, last_error: answer })
    .execute();
}

async function markSent(db: Kysely<Schema>, id: string, signal: AbortSignal): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await db
        .updateTable('outbox')
        .where('id', '=', id)
        .set({
          state: 'sent',
          sent_at: sql`now()`,
          claimed_until: null,
          last_error: null,
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
