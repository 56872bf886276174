import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Limits } from '../coordination/coordination.ts';
import type { Database } from '../postgres/database.ts';
import type { Channels } from './channels.ts';
import type { ChannelsConfig } from './config.ts';
import { DeliveryLog } from './log/delivery-log.ts';
import { deliveryLogRoutes } from './log/routes.ts';
import { phoneRoutes } from './phone/routes.ts';
import { pushRoutes } from './push/routes.ts';
import { webhookRoutes } from './webhooks/routes.ts';
import { whatsAppRoutes } from './whatsapp/routes.ts';

export interface ChannelRoutesOptions {
  readonly database: Database;
  readonly channels: Channels;
  readonly config: ChannelsConfig;
  readonly limits: Limits;
  readonly now: () => Date;
}

/** Where people say how they are told, and see what was sent. */
export const channelRoutes: FastifyPluginAsyncZod<ChannelRoutesOptions> = async (app, options) => {
  const { database, channels, config, limits, now } = options;
  const { privateHosts } = config;
  await app.register(pushRoutes, { database, keys: channels.pushKeys, privateHosts, now });
  await app.register(phoneRoutes, {
    database,
    phones: channels.phones,
    available: channels.phoneChannels,
    limits,
  });
  await app.register(webhookRoutes, { database, webhooks: channels.webhooks, privateHosts });
  await app.register(deliveryLogRoutes, { log: new DeliveryLog(database) });
  await app.register(whatsAppRoutes, { database, account: config.whatsapp });
};
