import type { IncomingHttpHeaders } from 'node:http';
import type { Rupiah } from '@riwayat/billing';

/** Banks that give virtual accounts. */
export const VIRTUAL_ACCOUNT_BANKS = ['bca', 'mandiri', 'bni'] as const;
export const WALLETS = ['gopay', 'ovo', 'dana'] as const;

/** How the provider is to take the money. */
export type Way =
  | { readonly method: 'virtual-account'; readonly bank: (typeof VIRTUAL_ACCOUNT_BANKS)[number] }
  | { readonly method: 'e-wallet'; readonly wallet: (typeof WALLETS)[number] }
  | { readonly method: 'qris' }
  /** On the provider's own page: no card number ever comes to us. Kept, the provider gives a token for it. */
  | { readonly method: 'card'; readonly keep: boolean }
  /** A card that was kept is debited at once, without anybody there. */
  | { readonly method: 'card'; readonly token: string };

/** What is to be paid. */
export interface PaymentOrder {
  /** Our id of the payment. The provider makes one payment for it, however often it is asked. */
  readonly reference: string;
  readonly amount: Rupiah;
  readonly way: Way;
  /** What the payer reads. */
  readonly description: string;
  readonly expiresAt: Date;
}

/** What the payer needs. */
interface Instructions {
  /** Number of the virtual account. */
  readonly virtualAccount?: string | undefined;
  /** The provider's page, or the wallet's. */
  readonly link?: string | undefined;
  /** Payload of a QRIS code. */
  readonly qris?: string | undefined;
}

/** Money that the provider has taken. */
export interface Receipt {
  /** Of the transaction: the same money always has the same. */
  readonly id: string;
  /** What came, which the payer of an open account may have chosen. */
  readonly amount: Rupiah;
  readonly paidAt: Date;
}

/** A card that the provider keeps for us. */
export interface KeptCard {
  readonly token: string;
  /** To recognise it by: `Visa •••• 1114`. */
  readonly label: string;
}

export const PROVIDER_STATES = ['pending', 'paid', 'expired', 'cancelled', 'failed'] as const;
export type ProviderState = (typeof PROVIDER_STATES)[number];

/** A payment, as the provider knows it. */
export interface ProviderPayment {
  readonly id: string;
  readonly reference: string;
  readonly state: ProviderState;
  readonly instructions: Instructions;
  /** There when it is paid. */
  readonly receipt?: Receipt | undefined;
  readonly card?: KeptCard | undefined;
}

/** What the provider tells by a webhook. */
export interface ProviderEvent {
  /** Of the event: a second delivery has the same. */
  readonly id: string;
  readonly happenedAt: Date;
  readonly payment: ProviderPayment;
}

/** Whoever takes money for us. One of them is written for each service; all else knows this alone. */
export interface PaymentProvider {
  /** In the address of its webhooks: `/api/v1/payments/webhook/<name>`. */
  readonly name: string;
  /**
   * Begins a payment. Asked again with the same reference, it gives the payment that there is.
   *
   * @throws {ProviderRefusedError} when it will not; nothing was begun
   * @throws {ProviderUnavailableError} when it is not known whether it was begun: ask {@link find} later
   */
  create(order: PaymentOrder): Promise<ProviderPayment>;
  /**
   * The payment of a reference; undefined when there is none.
   *
   * @throws {ProviderUnavailableError}
   */
  find(reference: string): Promise<ProviderPayment | undefined>;
  /**
   * Ends a payment that nobody has paid. One that is over stays as it is: look at the state that comes back.
   *
   * @param id the provider's
   * @throws {ProviderRefusedError} when there is no such payment
   * @throws {ProviderUnavailableError}
   */
  cancel(id: string): Promise<ProviderPayment>;
  /**
   * Checks who sent a webhook, and reads it.
   *
   * @param body the bytes as they came
   * @throws {WebhookSignatureError} when it is not the provider's, or too old
   * @throws {WebhookContentError} when it is, and makes no sense
   */
  readEvent(headers: IncomingHttpHeaders, body: Buffer, now: Date): ProviderEvent;
}

/** The provider will not do it: asking again the same way is in vain. The message is the provider's own. */
export class ProviderRefusedError extends Error {
  override readonly name = 'ProviderRefusedError';
}

/** The provider could not be reached, or did not answer; what was asked may have been done. */
export class ProviderUnavailableError extends Error {
  override readonly name = 'ProviderUnavailableError';
}

/** A webhook that the provider did not sign, or not now. */
export class WebhookSignatureError extends Error {
  override readonly name = 'WebhookSignatureError';
}

/** A webhook that the provider did sign, and that says nothing that can be understood. */
export class WebhookContentError extends Error {
  override readonly name = 'WebhookContentError';
}
