import type { Locale } from '../tenants/tenant.ts';
import type { Channel } from './channel.ts';

/** A row of the outbox that is about to be sent. */
export interface OutgoingMessage {
  readonly id: string;
  readonly tenantId: string;
  readonly recipient: string;
  readonly userId: string | null;
  readonly locale: Locale;
  readonly template: string;
  readonly values: unknown;
  readonly createdAt: Date;
  /** The tenant's name. */
  readonly tenant: string;
  /** The tenant's, an IANA name. */
  readonly timezone: string;
  readonly expiresAt: Date | null;
}

/** A message that is written, and by whom it would be taken. */
export interface PreparedMessage {
  /** Those of one lane fail together: a provider, or one endpoint. */
  readonly lane: string;
  /**
   * Hands it over.
   *
   * @returns what the provider calls it, if anything
   * @throws {DeliveryError}
   */
  readonly send: () => Promise<string | undefined>;
}

/** Takes messages to where a channel leads. */
export interface Carrier {
  readonly channel: Channel;
  /**
   * @throws {DeliveryError} when nobody is there any more whom it could be sent to; any other error means that the message
   *   cannot be written
   */
  prepare(message: OutgoingMessage): Promise<PreparedMessage>;
}

interface DeliveryErrorOptions {
  /** Whether it will never be taken. */
  readonly final: boolean;
  /** What was answered, for whoever runs this machine; it may hold the recipient. */
  readonly answer: string;
  /** Whether it is the provider that fails, and others of its lane would, too. */
  readonly down?: boolean;
  /** For how long the provider asked us to wait. */
  readonly retryAfterMs?: number | undefined;
  /** Whether what the message was sent to is there no more, and never again. */
  readonly gone?: boolean;
  /** Whether it asked so for its whole lane, and not for this recipient alone. */
  readonly wholeLane?: boolean;
  readonly cause?: unknown;
}

/** A message that could not be sent. What it says names nobody and may be shown to the tenant. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  readonly final: boolean;
  readonly answer: string;
  readonly down: boolean;
  readonly retryAfterMs: number | undefined;
  readonly wholeLane: boolean;
  readonly gone: boolean;

  constructor(message: string, options: DeliveryErrorOptions) {
    super(message, { cause: options.cause });
    this.final = options.final;
    this.answer = options.answer;
    this.down = options.down ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.wholeLane = options.wholeLane ?? false;
    this.gone = options.gone ?? false;
  }
}
