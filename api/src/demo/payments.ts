import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { qrisMerchantSchema } from '../payments/qris/merchant.ts';
import { type Sandbox, startSandbox } from '../payments/sandbox/sandbox.ts';

const SECRET_BYTES = 32;

/** Nobody's accounts, as the documented example prints them. */
const BANK_ACCOUNTS = [
  { bank: 'BCA', number: '123-456-7890', holder: 'PT. KSP LAM GABE JAYA' },
  { bank: 'Mandiri', number: '123-000-456-789', holder: 'PT. KSP LAM GABE JAYA' },
  { bank: 'BNI', number: '456-789-0123', holder: 'PT. KSP LAM GABE JAYA' },
];

/** Nobody's: no application pays it. */
const QRIS_MERCHANT = qrisMerchantSchema.parse({
  acquirer: 'COM.SANDBOX.WWW',
  pan: '936000000000000000',
  id: '000000000000000',
  criteria: 'UKE',
  nmid: 'ID0000000000000',
  category: '7372',
  name: 'RIWAYAT DEMO',
  city: 'JAKARTA',
  postal_code: '10110',
});

export interface DemoPayments {
  readonly config: Config;
  readonly sandbox: Sandbox;
}

/**
 * Lets a demo be paid, with no real money: by a payment gateway in this process, and by accounts and a code of nobody.
 *
 * @param application where the server listens, once it does
 */
export async function demoPayments(
  config: Config,
  application: () => string,
  logger: Logger,
): Promise<DemoPayments> {
  const key = randomBytes(SECRET_BYTES).toString('base64url');
  const webhookSecret = randomBytes(SECRET_BYTES).toString('base64url');
  const sandbox = await startSandbox({
    key,
    webhooks: {
      url: () => new URL('/api/v1/payments/webhook/gateway', application()).href,
      secret: webhookSecret,
      logger,
    },
  });
  const { bankAccounts, qrisMerchant = QRIS_MERCHANT } = config.payments;
  return {
    sandbox,
    config: {
      ...config,
      payments: {
        provider: { url: sandbox.url, key, webhookSecret },
        bankAccounts: bankAccounts.length > 0 ? bankAccounts : BANK_ACCOUNTS,
        qrisMerchant,
      },
    },
  };
}
