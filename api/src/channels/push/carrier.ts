import { createHash } from 'node:crypto';
import type { Severity } from '@riwayat/alerting';
import type { Kysely } from 'kysely';
import type { Schema } from '../../postgres/schema.ts';
import { type Carrier, DeliveryError } from '../carrier.ts';
import { ask, isSuccess, refusal } from '../http/answers.ts';
import type { Outgoing } from '../http/outgoing.ts';
import { cutTo, NOTICE_LIFETIME_SECONDS, noticeSchema } from '../notice.ts';
import { CONTENT_ENCODING, encrypted } from './encryption.ts';
import type { VapidKeys } from './vapid.ts';

/** What a browser shows of a text; with this, the payload stays far under the 4 KB that every push service takes. */
const LONGEST_BODY = 300;
/** A topic is at most so long (RFC 8030, 5.4). */
const TOPIC_CHARACTERS = 32;
const NOT_FOUND = 404;
const GONE = 410;
const SERVICE = 'The push service';

/** RFC 8030, 5.3: whether it is worth waking a device for. */
const URGENCY: Readonly<Record<Severity, string>> = {
  info: 'low',
  warning: 'normal',
  critical: 'high',
  emergency: 'high',
};

export interface PushCarrierOptions {
  readonly db: Kysely<Schema>;
  readonly keys: VapidKeys;
  readonly outgoing: Outgoing;
  readonly now?: () => Date;
}

/** Hands notices to the push services of browsers (RFC 8030). */
export function pushCarrier({ db, keys, outgoing, now = () => new Date() }: PushCarrierOptions): Carrier {
  const end = async (id: string): Promise<void> => {
    await db.deleteFrom('push_subscriptions').where('id', '=', id).execute();
  };
  return {
    channel: 'push',
    async prepare({ recipient, values }) {
      const { title, body, path, tag, severity } = noticeSchema.parse(values);
      const receiver = await db
        .selectFrom('push_subscriptions')
        .where('id', '=', recipient)
        .select(['endpoint', 'p256dh', 'auth'])
        .executeTakeFirst();
      if (receiver === undefined) {
        throw new DeliveryError('The browser is not subscribed any more.', {
          final: true,
          answer: 'The subscription was ended.',
        });
      }
      const payload = JSON.stringify({ title, body: cutTo(LONGEST_BODY, body), url: path, tag });
      const { endpoint } = receiver;
      return {
        lane: `push ${new URL(endpoint).host}`,
        async send() {
          const answer = await ask(
            outgoing,
            {
              method: 'POST',
              url: endpoint,
              headers: {
                authorization: await keys.authorization(endpoint),
                'content-encoding': CONTENT_ENCODING,
                'content-type': 'application/octet-stream',
                ttl: String(NOTICE_LIFETIME_SECONDS[severity]),
                urgency: URGENCY[severity],
                topic: topicOf(tag),
              },
              body: encrypted(Buffer.from(payload), receiver),
            },
            SERVICE,
          );
          if (isSuccess(answer)) {
            await db
              .updateTable('push_subscriptions')
              .where('id', '=', recipient)
              .set({ last_sent_at: now() })
              .execute();
            return undefined;
          }
          if (answer.status === NOT_FOUND || answer.status === GONE) {
            await end(recipient);
            throw new DeliveryError('The browser has ended its subscription.', {
              final: true,
              answer: `${answer.status}`,
            });
          }
          throw refusal(answer, SERVICE);
        },
      };
    },
  };
}

/** What waits at the push service under the same topic is replaced. */
function topicOf(tag: string): string {
  return createHash('sha256').update(tag).digest('base64url').slice(0, TOPIC_CHARACTERS);
}
