import { createTransport } from 'nodemailer';
import { DeliveryError } from '../channels/carrier.ts';
import type { MailText } from './mail-text.ts';

/** A server that is reached answers within seconds, or is not one to wait for. */
const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 20_000;
/** However slowly it goes on: sending one mail takes no longer. */
const SEND_TIMEOUT_MS = 45_000;
const FIRST_PERMANENT_REPLY = 500;
/** What nodemailer calls a refusal of this recipient or of this message, rather than of us. */
const REFUSED_MAIL = ['EENVELOPE', 'EMESSAGE'];

/** A file that a mail brings. */
export interface MailAttachment {
  readonly fileName: string;
  /** Media type. */
  readonly type: string;
  readonly content: Buffer;
  /** Shown where the HTML says `cid:` and this, rather than as a file. */
  readonly contentId?: string;
}

export interface OutgoingMail extends MailText {
  /** One address. */
  readonly to: string;
  /** The same each time that the same mail is sent, so that who gets it twice can tell: `outbox-12.1795300000000`. */
  readonly messageId: string;
  readonly attachments?: readonly MailAttachment[];
}

/** Hands mails to a mail server. */
export interface Mailer {
  /** @throws {DeliveryError} */
  send(mail: OutgoingMail): Promise<void>;
}

export interface MailerOptions {
  /** `smtp://user:password@host:587`, or `smtps://…:465`. */
  readonly url: string;
  /** `Riwayat <no-reply@example.com>`. */
  readonly from: string;
  readonly sendTimeoutMs?: number;
}

/** A connection for each mail: there are few, and none is kept open that a server may have closed. */
export function createMailer({ url, from, sendTimeoutMs = SEND_TIMEOUT_MS }: MailerOptions): Mailer {
  const transport = createTransport({
    url,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: Math.min(SILENCE_TIMEOUT_MS, sendTimeoutMs),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost';
  return {
    async send({ to, messageId, subject, text, html, preferences, attachments = [] }) {
      try {
        await inTime(
          transport.sendMail({
            from,
            // As an object: a comma in an address must not make two recipients of it.
            to: { name: '', address: to },
            messageId: `<${messageId}@${domain}>`,
            subject,
            text,
            html,
            attachments: attachments.map(({ fileName, type, content, contentId }) => ({
              filename: fileName,
              contentType: type,
              content,
              ...(contentId !== undefined && { cid: contentId, contentDisposition: 'inline' as const }),
            })),
            headers: {
              'auto-submitted': 'auto-generated',
              ...(preferences !== undefined && { 'list-unsubscribe': `<${preferences}>` }),
            },
          }),
          sendTimeoutMs,
        );
      } catch (error) {
        throw deliveryError(error);
      }
    },
  };
}

async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function deliveryError(error: unknown): DeliveryError {
  const answer = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reply = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : undefined;
  const refused = reply !== undefined && REFUSED_MAIL.includes(String(code));
  const what =
    reply === undefined
      ? 'The mail server could not be reached, or did not take the mail in time.'
      : `The mail server answered ${reply}.`;
  return new DeliveryError(what, {
    final: refused && reply >= FIRST_PERMANENT_REPLY,
    down: !refused,
    answer,
    cause: error,
  });
}
