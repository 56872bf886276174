import type { Kysely } from 'kysely';
import type { Schema } from '../../postgres/schema.ts';
import { type Carrier, DeliveryError } from '../carrier.ts';
import type { WhatsApp, WhatsAppTemplate } from '../config.ts';
import { ask, isSuccess } from '../http/answers.ts';
import type { Outgoing } from '../http/outgoing.ts';
import { NOTICE, noticeSchema } from '../notice.ts';
import { PHONE_CODE, phoneCodeValues } from '../phone/code.ts';
import { assertVerified } from '../phone/phones.ts';
import { cloudApiError } from './errors.ts';
import { acceptedSchema, callbackData } from './wire.ts';

export interface WhatsAppCarrierOptions {
  readonly db: Kysely<Schema>;
  readonly account: WhatsApp;
  readonly outgoing: Outgoing;
  /** The address of a page of ours. */
  readonly linkTo: (path: string) => string;
}

/** Hands template messages to WhatsApp, by the Cloud API. */
export function whatsAppCarrier({ db, account, outgoing, linkTo }: WhatsAppCarrierOptions): Carrier {
  const { url, numberId, token, templates } = account;
  return {
    channel: 'whatsapp',
    async prepare(message) {
      const { id, recipient, template, values, locale } = message;
      let content: object;
      if (template === PHONE_CODE) {
        content = codeTemplate(templates[locale].code, phoneCodeValues.parse(values).code);
      } else if (template === NOTICE) {
        await assertVerified(db, message);
        const { title, body, path } = noticeSchema.parse(values);
        content = textTemplate(templates[locale].notice, [title, body, linkTo(path)]);
      } else {
        throw new Error(`There is no WhatsApp template for "${template}".`);
      }
      return {
        lane: 'whatsapp',
        async send() {
          const answer = await ask(
            outgoing,
            {
              method: 'POST',
              url: `${url}/${numberId}/messages`,
              headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
              body: JSON.stringify({
                messaging_product: 'whatsapp',
                recipient_type: 'individual',
                to: recipient.replace('+', ''),
                type: 'template',
                template: content,
                biz_opaque_callback_data: callbackData(id),
              }),
            },
            'WhatsApp',
          );
          if (!isSuccess(answer)) {
            throw cloudApiError(answer);
          }
          return messageId(answer.text);
        },
      };
    },
  };
}

/** A template whose body has places {{1}}, {{2}}, … */
function textTemplate({ name, language }: WhatsAppTemplate, texts: readonly string[]): object {
  return {
    name,
    language: { code: language },
    components: [{ type: 'body', parameters: texts.map((text) => ({ type: 'text', text: oneLine(text) })) }],
  };
}

/** A template of the category "authentication": the code in the body, and in the button that copies it. */
function codeTemplate({ name, language }: WhatsAppTemplate, code: string): object {
  const parameters = [{ type: 'text', text: code }];
  return {
    name,
    language: { code: language },
    components: [
      { type: 'body', parameters },
      { type: 'button', sub_type: 'url', index: '0', parameters },
    ],
  };
}

/** A parameter has neither line breaks nor several spaces, and is not empty. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim() || '-';
}

function messageId(text: string): string {
  try {
    const [message] = acceptedSchema.parse(JSON.parse(text)).messages;
    if (message !== undefined) {
      return message.id;
    }
  } catch (error) {
    throw unreadable(text, error);
  }
  throw unreadable(text, undefined);
}

/** It said yes, but to what is not known; its status tells, by the name that we gave the message. */
function unreadable(text: string, cause: unknown): DeliveryError {
  return new DeliveryError('The answer of WhatsApp is not one.', {
    final: false,
    down: true,
    answer: text.slice(0, 200),
    cause,
  });
}
