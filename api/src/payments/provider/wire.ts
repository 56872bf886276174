import { z } from 'zod';
import { PROVIDER_STATES, VIRTUAL_ACCOUNT_BANKS, WALLETS } from './provider.ts';

/*
 * What the payment gateway and its clients send each other: JSON by HTTP, amounts in whole rupiah.
 */

export const IDEMPOTENCY_HEADER = 'idempotency-key';

const LARGEST_AMOUNT_IDR = 9_999_999_999_999;

/** Body of `POST /v1/payments`. */
export const orderMessage = z.object({
  reference: z.string().min(1).max(64),
  amount: z.int().positive().max(LARGEST_AMOUNT_IDR),
  currency: z.literal('IDR'),
  way: z.union([
    z.object({ method: z.literal('virtual-account'), bank: z.enum(VIRTUAL_ACCOUNT_BANKS) }),
    z.object({ method: z.literal('e-wallet'), wallet: z.enum(WALLETS) }),
    z.object({ method: z.literal('qris') }),
    z.object({ method: z.literal('card'), token: z.string().min(1).max(200) }),
    z.object({ method: z.literal('card'), keep: z.boolean() }),
  ]),
  description: z.string().max(200),
  expires_at: z.iso.datetime(),
});
export type OrderMessage = z.infer<typeof orderMessage>;

/** A payment, in answers and in webhooks. */
export const paymentMessage = z.object({
  id: z.string().min(1).max(100),
  reference: z.string().min(1).max(64),
  amount: z.int().positive(),
  state: z.enum(PROVIDER_STATES),
  instructions: z.object({
    virtual_account: z.string().max(40).optional(),
    link: z.url({ protocol: /^https?$/ }).optional(),
    qris: z.string().max(600).optional(),
  }),
  receipt: z
    .object({
      id: z.string().min(1).max(100),
      amount: z.int().positive().max(LARGEST_AMOUNT_IDR),
      paid_at: z.iso.datetime(),
    })
    .optional(),
  card: z.object({ token: z.string().min(1).max(200), label: z.string().min(1).max(60) }).optional(),
});
export type PaymentMessage = z.infer<typeof paymentMessage>;

/** Body of a webhook. */
export const eventMessage = z.object({
  id: z.string().min(1).max(100),
  created_at: z.iso.datetime(),
  payment: paymentMessage,
});
export type EventMessage = z.infer<typeof eventMessage>;

/** Body of every answer that is an error. */
export const errorMessage = z.object({ code: z.string(), message: z.string() });
