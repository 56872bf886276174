import type { Config } from '../config.ts';
import type { Database } from '../postgres/database.ts';
import { Sealing } from '../sealing/sealing.ts';
import type { Carrier } from './carrier.ts';
import { CHANNELS, type Channel } from './channel.ts';
import { Outgoing } from './http/outgoing.ts';
import { PHONE_CHANNELS, type PhoneChannel, Phones } from './phone/phones.ts';
import { pushCarrier } from './push/carrier.ts';
import { VapidKeys } from './push/vapid.ts';
import { smsCarrier } from './sms/carrier.ts';
import { webhookCarrier } from './webhooks/carrier.ts';
import { Webhooks } from './webhooks/webhooks.ts';
import { whatsAppCarrier } from './whatsapp/carrier.ts';

/** Whom push services write to where nobody said so. */
const NO_CONTACT = 'mailto:nobody@localhost';

export interface ChannelsOptions {
  readonly database: Database;
  readonly config: Pick<Config, 'channels' | 'mail' | 'publicUrl' | 'port'>;
  /** The application's, of at least 32 characters: seals and hashes what must not be read in Postgres. */
  readonly secret: string;
  readonly now?: () => Date;
}

/** All by which people and applications are told, but mail, which brings documents. */
export interface Channels {
  /** One for each channel that there is a provider for. */
  readonly carriers: Readonly<Partial<Record<Exclude<Channel, 'mail'>, Carrier>>>;
  /** By what a person can be reached; mail is among them where there is a mail server. */
  readonly available: readonly Channel[];
  readonly phoneChannels: readonly PhoneChannel[];
  readonly pushKeys: VapidKeys;
  readonly webhooks: Webhooks;
  readonly phones: Phones;
}

/** Puts the channels together that the configuration has. */
export function openChannels({ database, config, secret, now }: ChannelsOptions): Channels {
  const { db } = database;
  const { channels, mail, publicUrl, port } = config;
  const clock = now ?? (() => new Date());
  const linkTo = (path: string): string => new URL(path, publicUrl ?? `http://localhost:${port}`).href;
  // Where a tenant or a browser says whom to ask.
  const abroad = new Outgoing({ publicOnly: !channels.privateHosts });
  // Where the configuration says it.
  const providers = new Outgoing({ publicOnly: false });
  const webhooks = new Webhooks(
    database,
    new Sealing(secret, 'riwayat webhooks: sealing of secrets, 1'),
    clock,
  );
  const pushKeys = new VapidKeys({
    db,
    sealing: new Sealing(secret, 'riwayat push: sealing of the private key, 1'),
    privateKey: channels.push.privateKey,
    subject: channels.push.contact ?? contactOf(mail?.from, publicUrl),
    now: clock,
  });
  const { whatsapp, sms } = channels;
  const carriers = {
    push: pushCarrier({ db, keys: pushKeys, outgoing: abroad, now: clock }),
    webhook: webhookCarrier({ webhooks, outgoing: abroad, now: clock }),
    ...(whatsapp && {
      whatsapp: whatsAppCarrier({ db, account: whatsapp, outgoing: providers, linkTo }),
    }),
    ...(sms && { sms: smsCarrier({ db, gateway: sms, outgoing: providers, linkTo }) }),
  };
  const available = CHANNELS.filter((channel) =>
    channel === 'mail' ? mail !== undefined : channel in carriers,
  );
  return {
    carriers,
    available,
    phoneChannels: PHONE_CHANNELS.filter((channel) => available.includes(channel)),
    pushKeys,
    webhooks,
    phones: new Phones(secret, clock),
  };
}

function contactOf(mailFrom: string | undefined, publicUrl: string | undefined): string {
  const [address] = /[^\s<>]+@[\w.-]+/.exec(mailFrom ?? '') ?? [];
  if (address !== undefined) {
    return `mailto:${address}`;
  }
  return publicUrl?.startsWith('https:') ? publicUrl : NO_CONTACT;
}
