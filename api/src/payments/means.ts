import type { Rupiah } from '@riwayat/billing';
import { z } from 'zod';
import { jsonVariable } from '../json-variable.ts';
import { METHODS, type Method, PROVIDER_METHODS } from './payment-state.ts';
import { VIRTUAL_ACCOUNT_BANKS, WALLETS } from './provider/provider.ts';
import { type QrisMerchant, qrisMerchantSchema } from './qris/merchant.ts';
import { qrisPayload } from './qris/payload.ts';

const MOST_ACCOUNTS = 20;

/** An account that tenants pay to. */
const bankAccountSchema = z.strictObject({
  bank: z.string().regex(/^\P{Cc}{1,60}$/u, 'must be the name of a bank'),
  number: z.string().regex(/^\d[\d -]{3,38}\d$/, 'must be digits, with "-" or spaces between'),
  holder: z.string().regex(/^\P{Cc}{1,100}$/u, 'must be a name'),
});
export type BankAccount = z.infer<typeof bankAccountSchema>;

/** The variables that say how tenants pay, for the environment's schema. */
export const PAYMENT_VARIABLES = {
  PAYMENT_PROVIDER_URL: z.url({ protocol: /^https?$/ }).optional(),
  PAYMENT_PROVIDER_KEY: z.string().min(16).optional(),
  PAYMENT_WEBHOOK_SECRET: z.string().min(32).optional(),
  BANK_ACCOUNTS: jsonVariable(z.array(bankAccountSchema).max(MOST_ACCOUNTS)).default([]),
  QRIS_MERCHANT: jsonVariable(qrisMerchantSchema).optional(),
};

const variables = z.object(PAYMENT_VARIABLES);
type Variables = z.infer<typeof variables>;

/** Where the payment provider is, and the secrets that are shared with it. */
interface ProviderAddress {
  readonly url: string;
  readonly key: string;
  readonly webhookSecret: string;
}

/** How tenants can pay. */
export interface PaymentMeansConfig {
  /** Absent: nobody takes money for us; people transfer it, and somebody verifies that it came. */
  readonly provider: ProviderAddress | undefined;
  readonly bankAccounts: readonly BankAccount[];
  /** Absent: there is no QRIS code but the provider's. */
  readonly qrisMerchant: QrisMerchant | undefined;
}

/** What the variables say. */
export function paymentMeans(values: Variables): PaymentMeansConfig {
  const {
    PAYMENT_PROVIDER_URL: url,
    PAYMENT_PROVIDER_KEY: key,
    PAYMENT_WEBHOOK_SECRET: webhookSecret,
  } = values;
  return {
    provider:
      url === undefined || key === undefined || webhookSecret === undefined
        ? undefined
        : { url, key, webhookSecret },
    bankAccounts: values.BANK_ACCOUNTS,
    qrisMerchant: values.QRIS_MERCHANT,
  };
}

/** What of the variables is there without what belongs to it: a webhook that nobody could check would be believed or lost. */
export function paymentContradictions(values: Variables): string[] {
  const names = ['PAYMENT_PROVIDER_URL', 'PAYMENT_PROVIDER_KEY', 'PAYMENT_WEBHOOK_SECRET'] as const;
  const missing = names.filter((name) => values[name] === undefined);
  return missing.length === names.length
    ? []
    : missing.map((name) => `${name}: is required with the other PAYMENT_ variables; set all three or none`);
}

/** What must not be in production: the key in plain sight on its way to the provider. */
export function paymentDangers({ PAYMENT_PROVIDER_URL: url }: Variables): string[] {
  return url?.startsWith('http:') ? ['PAYMENT_PROVIDER_URL: must be https:// when NODE_ENV=production'] : [];
}

/** A way to pay, and what may be chosen of it. */
export interface AvailableMethod {
  readonly method: Method;
  readonly channels: readonly string[];
}

/** What can be chosen of each method. */
const CHANNELS: Partial<Readonly<Record<Method, readonly string[]>>> = {
  'virtual-account': VIRTUAL_ACCOUNT_BANKS,
  'e-wallet': WALLETS,
};

/** Every way to pay that there is. */
export function availableMethods(means: PaymentMeansConfig): AvailableMethod[] {
  return METHODS.filter((method) => isAvailable(means, method)).map((method) => ({
    method,
    channels: CHANNELS[method] ?? [],
  }));
}

function isAvailable({ provider, bankAccounts, qrisMerchant }: PaymentMeansConfig, method: Method): boolean {
  switch (method) {
    case 'bank-transfer':
      return bankAccounts.length > 0;
    case 'qris-static':
      return qrisMerchant !== undefined;
    default:
      return (PROVIDER_METHODS as readonly Method[]).includes(method) && provider !== undefined;
  }
}

/**
 * Payload of the operator's own QRIS code for an amount; null without such a code.
 *
 * @param bill number of the invoice
 */
export function ownQris(
  { qrisMerchant }: Pick<PaymentMeansConfig, 'qrisMerchant'>,
  amount: Rupiah,
  bill: string,
): string | null {
  return qrisMerchant === undefined ? null : qrisPayload(qrisMerchant, { amount, bill });
}
