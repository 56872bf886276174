import { z } from 'zod';
import type { Seller } from './invoice-document.ts';

const LONGEST_LINE = 120;
const MOST_ADDRESS_LINES = 6;

const line = z
  .string()
  .trim()
  .min(1)
  .max(LONGEST_LINE)
  .regex(/^\P{Cc}*$/u, 'must be one line');

/** What the environment says of who sends invoices. */
export const SELLER_VARIABLES = {
  SELLER_NAME: line.default('Riwayat'),
  /** Its lines apart by `|`. */
  SELLER_ADDRESS: z
    .string()
    .transform((text) => text.split('|').map((part) => part.trim()))
    .pipe(z.array(line).max(MOST_ADDRESS_LINES))
    .default([]),
  SELLER_TAX_ID: line.optional(),
  SELLER_EMAIL: z.email().optional(),
  SELLER_PHONE: line.optional(),
};

const variables = z.object(SELLER_VARIABLES);

/** Who sends invoices. */
export function sellerOf(values: z.infer<typeof variables>): Seller {
  return {
    name: values.SELLER_NAME,
    address: values.SELLER_ADDRESS,
    taxId: values.SELLER_TAX_ID,
    email: values.SELLER_EMAIL,
    phone: values.SELLER_PHONE,
  };
}
