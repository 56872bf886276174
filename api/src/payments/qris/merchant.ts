import { z } from 'zod';

/** What may stand in a payload that every reader shows alike: the printable characters of ASCII. */
function printable(longest: number) {
  return z
    .string()
    .regex(new RegExp(`^[ -~]{1,${longest}}$`), `must be 1 to ${longest} letters, digits or signs`);
}

/** Size of the merchant, as the national register has it: micro, small, medium, large, or public. */
const CRITERIA = ['UMI', 'UKE', 'UME', 'UBE', 'URE'] as const;

/**
 * Who is paid by QRIS, as the acquirer has registered them. Lengths are those of the standard (EMV QRCPS Merchant-Presented
 * Mode 1.1, table 3.1; the national part by Bank Indonesia's 21/18/PADG/2019).
 */
export const qrisMerchantSchema = z.strictObject({
  /** Reverse domain of the acquirer: `COM.BANK.WWW`. */
  acquirer: printable(32),
  /** Number of the merchant's account with the acquirer: it begins with the national issuer prefix 9360. */
  pan: z.string().regex(/^9360\d{12,15}$/, 'must be 16 to 19 digits that begin with 9360'),
  /** Id of the merchant with the acquirer. */
  id: printable(15),
  criteria: z.enum(CRITERIA),
  /** National merchant id. */
  nmid: z.string().regex(/^ID\d{13}$/, 'must be "ID" and 13 digits'),
  /** Merchant category (ISO 18245). */
  category: z.string().regex(/^\d{4}$/, 'must be 4 digits'),
  name: printable(25),
  city: printable(15),
  postal_code: z.string().regex(/^\d{5}$/, 'must be 5 digits'),
  terminal: printable(25).default('A01'),
});

export type QrisMerchant = z.infer<typeof qrisMerchantSchema>;
