import type { Kysely } from 'kysely';
import type { Schema } from '../../postgres/schema.ts';
import type { Carrier } from '../carrier.ts';
import type { SmsGateway } from '../config.ts';
import { ask, isSuccess, refusal } from '../http/answers.ts';
import type { Outgoing } from '../http/outgoing.ts';
import { NOTICE, noticeSchema } from '../notice.ts';
import { PHONE_CODE, phoneCodeText, phoneCodeValues } from '../phone/code.ts';
import { assertVerified } from '../phone/phones.ts';
import { smsText } from './text.ts';

const GATEWAY = 'The SMS gateway';

export interface SmsCarrierOptions {
  readonly db: Kysely<Schema>;
  readonly gateway: SmsGateway;
  readonly outgoing: Outgoing;
  /** The address of a page of ours. */
  readonly linkTo: (path: string) => string;
}

/** Hands texts to an SMS gateway, whichever one the configuration describes. */
export function smsCarrier({ db, gateway, outgoing, linkTo }: SmsCarrierOptions): Carrier {
  return {
    channel: 'sms',
    async prepare(message) {
      const { id, recipient, template, values, locale } = message;
      let text: string;
      if (template === PHONE_CODE) {
        text = smsText(phoneCodeText(locale, phoneCodeValues.parse(values).code));
      } else if (template === NOTICE) {
        await assertVerified(db, message);
        const { title, body, path } = noticeSchema.parse(values);
        text = smsText(`${title}: ${body}`, linkTo(path));
      } else {
        throw new Error(`There is no text "${template}".`);
      }
      const filled = (pattern: string, escaped: (value: string) => string): string =>
        fill(pattern, { to: recipient, text, id: `outbox-${id}` }, escaped);
      const contentType = gateway.headers['content-type'] ?? '';
      return {
        lane: 'sms',
        async send() {
          const answer = await ask(
            outgoing,
            {
              method: gateway.method,
              url: filled(gateway.url, encodeURIComponent),
              headers: gateway.headers,
              body: filled(gateway.body, escapedFor(contentType)),
            },
            GATEWAY,
          );
          if (!isSuccess(answer)) {
            throw refusal(answer, GATEWAY);
          }
          return undefined;
        },
      };
    },
  };
}

function fill(
  pattern: string,
  values: Readonly<Record<'to' | 'text' | 'id', string>>,
  escaped: (value: string) => string,
): string {
  return pattern.replace(/\{\{(to|text|id)\}\}/g, (_all, name: 'to' | 'text' | 'id') =>
    escaped(values[name]),
  );
}

/** How a value is written into a body of a kind. */
function escapedFor(contentType: string): (value: string) => string {
  if (/\bjson\b/.test(contentType)) {
    return (value) => JSON.stringify(value).slice(1, -1);
  }
  return contentType.includes('x-www-form-urlencoded') ? encodeURIComponent : (value) => value;
}
