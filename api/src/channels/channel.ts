/** By what people and applications outside are told something. */
export const CHANNELS = ['mail', 'push', 'whatsapp', 'sms', 'webhook'] as const;

export type Channel = (typeof CHANNELS)[number];

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How often something may be sent, and in how long. */
export interface SendRate {
  readonly most: number;
  readonly windowMs: number;
}

/** What holds for everything that goes out by a channel. */
interface ChannelLimits {
  /** Tries until it is given up. */
  readonly attempts: number;
  /** To one person or endpoint: who gets more reads none of it. */
  readonly perRecipient: SendRate;
  /** Of the whole platform: below what the provider takes before it answers 429. */
  readonly perProvider: SendRate;
}

/** A provider that is away for an hour costs nobody a message: e + e² + … + e⁸ seconds are some 78 minutes. */
const ATTEMPTS = 9;
/** An application of somebody else is away for longer: e + … + e¹⁰ seconds, and six hours more, are some 15 hours. */
const WEBHOOK_ATTEMPTS = 12;

export const LIMITS: Readonly<Record<Channel, ChannelLimits>> = {
  mail: {
    attempts: ATTEMPTS,
    perRecipient: { most: 120, windowMs: HOUR_MS },
    perProvider: { most: 50, windowMs: SECOND_MS },
  },
  push: {
    attempts: ATTEMPTS,
    perRecipient: { most: 60, windowMs: HOUR_MS },
    perProvider: { most: 100, windowMs: SECOND_MS },
  },
  whatsapp: {
    attempts: ATTEMPTS,
    perRecipient: { most: 30, windowMs: HOUR_MS },
    // The Cloud API takes 80 messages a second from one number (Meta, "Messaging throughput").
    perProvider: { most: 60, windowMs: SECOND_MS },
  },
  sms: {
    attempts: ATTEMPTS,
    perRecipient: { most: 20, windowMs: HOUR_MS },
    perProvider: { most: 10, windowMs: SECOND_MS },
  },
  webhook: {
    attempts: WEBHOOK_ATTEMPTS,
    perRecipient: { most: 300, windowMs: MINUTE_MS },
    perProvider: { most: 100, windowMs: SECOND_MS },
  },
};
