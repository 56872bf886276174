import type { Channel } from '../../channels/channel.ts';

/** By what people can be told outside of the application, and what they can turn off. */
export const OUTSIDE_CHANNELS = ['mail', 'push', 'whatsapp', 'sms'] as const satisfies readonly Channel[];
export type OutsideChannel = (typeof OUTSIDE_CHANNELS)[number];

/** By what an alert can be told. Webhooks are told to a tenant's own applications, the rest to people. */
export type TellingChannel = Channel | 'in_app';
