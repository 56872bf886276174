import { Webhook as Signer } from 'standardwebhooks';
import { z } from 'zod';
import { type Carrier, DeliveryError } from '../carrier.ts';
import { ask, isSuccess, refusal } from '../http/answers.ts';
import type { Outgoing } from '../http/outgoing.ts';
import { TEST_EVENT } from './event-types.ts';
import type { Webhooks } from './webhooks.ts';

const ENDPOINT = 'The endpoint';

const eventSchema = z.object({ data: z.record(z.string(), z.json()), at: z.iso.datetime() });

export interface WebhookCarrierOptions {
  readonly webhooks: Webhooks;
  readonly outgoing: Outgoing;
  readonly now?: () => Date;
}

/** Hands events to applications of tenants, signed as Standard Webhooks says. */
export function webhookCarrier({
  webhooks,
  outgoing,
  now = () => new Date(),
}: WebhookCarrierOptions): Carrier {
  return {
    channel: 'webhook',
    async prepare({ id, recipient, template, values }) {
      const { data, at } = eventSchema.parse(values);
      const target = await webhooks.target(recipient);
      if (target === undefined || !(target.enabled || template === TEST_EVENT)) {
        throw new DeliveryError('The webhook was disabled or deleted.', {
          final: true,
          answer: 'The webhook is not enabled.',
        });
      }
      const { url, secrets } = target;
      const body = JSON.stringify({ type: template, timestamp: at, data });
      // The same each time that the same event is sent, so that who gets it twice can tell.
      const messageId = `msg_${id}`;
      return {
        lane: `webhook ${recipient}`,
        async send() {
          const sentAt = now();
          const signatures = secrets.map((secret) => new Signer(secret).sign(messageId, sentAt, body));
          try {
            const answer = await ask(
              outgoing,
              {
                method: 'POST',
                url,
                headers: {
                  'content-type': 'application/json',
                  'webhook-id': messageId,
                  'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
                  'webhook-signature': signatures.join(' '),
                },
                body,
              },
              ENDPOINT,
            );
            if (!isSuccess(answer)) {
              throw refusal(answer, ENDPOINT);
            }
          } catch (error) {
            if (error instanceof DeliveryError) {
              await webhooks.failed(recipient, error.answer, error.gone);
            }
            throw error;
          }
          await webhooks.succeeded(recipient);
          return undefined;
        },
      };
    },
  };
}
