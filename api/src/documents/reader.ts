import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { Principal } from '../identity/principal.ts';
import type { Schema } from '../postgres/schema.ts';
import { LOCALES, type Locale } from '../tenants/tenant.ts';

/** How a reader asks for a language. */
export const readerLanguage = z.object({
  locale: z.enum(LOCALES).optional().describe('The language; the reader’s own unless given'),
});

const localeRow = z.object({ locale: z.enum(LOCALES) });

/** The language of somebody who reads: their own, else their tenant's. */
export async function localeOf(
  db: Kysely<Schema>,
  { tenantId, userId }: Pick<Principal, 'tenantId' | 'userId'>,
): Promise<Locale> {
  const row = await db
    .selectFrom('tenants')
    .innerJoin('users', (join) => join.on('users.id', '=', userId))
    .where('tenants.id', '=', tenantId)
    .select(({ fn }) => fn.coalesce('users.locale', 'tenants.locale').as('locale'))
    .executeTakeFirstOrThrow();
  return localeRow.parse(row).locale;
}
