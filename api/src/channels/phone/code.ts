import { z } from 'zod';
import type { Locale } from '../../tenants/tenant.ts';

/** The template under which codes are in the outbox. */
export const PHONE_CODE = 'phone-code';

const CODE_DIGITS = 6;
export const CODE_MINUTES = 10;

export const phoneCode = z.string().regex(new RegExp(`^\\d{${CODE_DIGITS}}$`), 'must be six digits');

export const phoneCodeValues = z.object({ code: phoneCode });

/** What a number is told that somebody says is theirs. */
export function phoneCodeText(locale: Locale, code: string): string {
  return locale === 'id'
    ? `Riwayat: kode Anda ${code}, berlaku ${CODE_MINUTES} menit. Abaikan jika Anda tidak memintanya.`
    : `Riwayat: your code is ${code}, good for ${CODE_MINUTES} minutes. Ignore it if you did not ask for it.`;
}
