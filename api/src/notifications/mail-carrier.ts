import type { Carrier, OutgoingMessage } from '../channels/carrier.ts';
import { isMailTemplate, MAIL_TEMPLATES, type MailTemplate } from './mail-templates.ts';
import { mailText } from './mail-text.ts';
import type { MailAttachment, Mailer } from './mailer.ts';

/** A mail of which it is asked what it brings. */
interface SentMail extends Pick<OutgoingMessage, 'tenantId' | 'locale' | 'values'> {
  readonly template: MailTemplate;
}

export interface MailCarrierOptions {
  readonly mailer: Mailer;
  /** What a mail brings, made when it is sent; nothing unless given. */
  readonly attachments?: (mail: SentMail) => Promise<MailAttachment[]>;
}

/** Writes mails, and hands them to a mail server. */
export function mailCarrier({ mailer, attachments = async () => [] }: MailCarrierOptions): Carrier {
  return {
    channel: 'mail',
    async prepare({ id, tenantId, recipient, template, values, createdAt, ...message }) {
      if (!isMailTemplate(template)) {
        throw new Error(`There is no mail template "${template}".`);
      }
      const letter = MAIL_TEMPLATES[template].letter(values, message);
      const mail = {
        ...mailText(letter, message.locale),
        to: recipient,
        messageId: `outbox-${id}.${createdAt.getTime()}`,
        attachments: await attachments({ tenantId, locale: message.locale, template, values }),
      };
      return {
        lane: 'mail',
        async send() {
          await mailer.send(mail);
          return undefined;
        },
      };
    },
  };
}
