import { z } from 'zod';
import { idOf } from '../ids/id.ts';
import { VIRTUAL_ACCOUNT_BANKS, WALLETS, type Way } from './provider/provider.ts';

/** More than any invoice asks for, and no more than a transfer can have. */
export const LARGEST_AMOUNT_IDR = 9_999_999_999_999;

const common = {
  invoice: idOf('inv', 'an invoice'),
  amount_idr: z
    .int()
    .positive()
    .max(LARGEST_AMOUNT_IDR)
    .optional()
    .describe('Whole rupiah; all that is open on the invoice, unless given'),
};

/** Body of the request that begins a payment. */
export const wantedPayment = z
  .discriminatedUnion('method', [
    z.object({ ...common, method: z.literal('bank-transfer') }),
    z.object({ ...common, method: z.literal('qris-static') }),
    z.object({ ...common, method: z.literal('virtual-account'), bank: z.enum(VIRTUAL_ACCOUNT_BANKS) }),
    z.object({ ...common, method: z.literal('e-wallet'), wallet: z.enum(WALLETS) }),
    z.object({ ...common, method: z.literal('qris') }),
    z.object({
      ...common,
      method: z.literal('card'),
      card: z
        .enum(['new', 'keep', 'kept'])
        .default('new')
        .describe('`keep` a new card for later; `kept`: debit the one that was kept, at once'),
    }),
  ])
  .meta({
    id: 'WantedPayment',
    examples: [
      { invoice: 'inv_0123456789abcdef0123', method: 'virtual-account', bank: 'bca' },
      { invoice: 'inv_0123456789abcdef0123', method: 'bank-transfer', amount_idr: 500_000 },
    ],
  });

export type WantedPaymentBody = z.infer<typeof wantedPayment>;

/** What was chosen of the method; null where there is nothing to choose. */
export function channelOf(wanted: WantedPaymentBody): string | null {
  switch (wanted.method) {
    case 'virtual-account':
      return wanted.bank;
    case 'e-wallet':
      return wanted.wallet;
    default:
      return null;
  }
}

/**
 * How the provider is to take the money; undefined when nobody takes it for us.
 *
 * @param token of the card that is kept; null without one
 */
export function wayOf(wanted: WantedPaymentBody, token: string | null): Way | undefined {
  switch (wanted.method) {
    case 'bank-transfer':
    case 'qris-static':
      return undefined;
    case 'virtual-account':
      return { method: 'virtual-account', bank: wanted.bank };
    case 'e-wallet':
      return { method: 'e-wallet', wallet: wanted.wallet };
    case 'qris':
      return { method: 'qris' };
    case 'card':
      return wanted.card === 'kept' && token !== null
        ? { method: 'card', token }
        : { method: 'card', keep: wanted.card === 'keep' };
  }
}
