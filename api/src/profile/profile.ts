import type { Kysely } from 'kysely';
import { z } from 'zod';
import { type Actor, audit } from '../audit/audit.ts';
import { problem } from '../errors/problem.ts';
import { nameSchema } from '../identity/fields.ts';
import type { Principal } from '../identity/principal.ts';
import type { Schema } from '../postgres/schema.ts';
import { LOCALES } from '../tenants/tenant.ts';

const LONGEST_BIO = 1000;

export const profileFields = z.object({
  name: nameSchema,
  phone: z
    .string()
    .regex(/^(?:\+?[0-9][0-9 ().-]{4,30})?$/, 'must be a telephone number, or empty')
    .default(''),
  bio: z
    .string()
    .trim()
    .max(LONGEST_BIO)
    // Lines may be broken; nothing else that does not show.
    .regex(/^(?:\P{Cc}|[\n\r\t])*$/u, 'must have no control characters but line breaks')
    .default(''),
  locale: z.enum(LOCALES).nullable().default(null).describe('Null: the tenant’s'),
});

export const profileBody = profileFields
  .extend({ id: z.string(), email: z.string(), photo: z.boolean().describe('Whether there is one') })
  .meta({ id: 'Profile' });

/** @throws {ProblemError} `not-found` when the person is gone */
export async function readProfile(db: Kysely<Schema>, userId: string): Promise<z.infer<typeof profileBody>> {
  const row = await db
    .selectFrom('users')
    .where('id', '=', userId)
    .select(['id', 'email', 'name', 'phone', 'bio', 'locale', 'photo_key'])
    .executeTakeFirst();
  if (row === undefined) {
    throw problem('not-found');
  }
  const { photo_key, ...profile } = row;
  return { ...profile, photo: photo_key !== null };
}

/** Changes all that a person says of themselves. */
export async function writeProfile(
  db: Kysely<Schema>,
  { userId, tenantId }: Principal,
  profile: z.infer<typeof profileFields>,
  actor: Actor,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await transaction.updateTable('users').set(profile).where('id', '=', userId).execute();
    const subject = { kind: 'user', id: userId };
    await audit(transaction, { action: 'account.profile-changed', tenantId, actor, subject });
  });
}

/**
 * Makes a stored file a person's photo.
 *
 * @returns the key of the one before, which nothing refers to any more; null when there was none
 */
export async function replacePhoto(
  db: Kysely<Schema>,
  { userId, tenantId }: Principal,
  { key, contentType }: { readonly key: string; readonly contentType: string },
  actor: Actor,
): Promise<string | null> {
  return db.transaction().execute(async (transaction) => {
    const before = await transaction
      .selectFrom('users')
      .where('id', '=', userId)
      .select('photo_key')
      .forUpdate()
      .executeTakeFirstOrThrow();
    await transaction
      .updateTable('users')
      .set({ photo_key: key, photo_type: contentType })
      .where('id', '=', userId)
      .execute();
    const subject = { kind: 'user', id: userId };
    const details = { photo: true };
    await audit(transaction, { action: 'account.profile-changed', tenantId, actor, subject, details });
    return before.photo_key;
  });
}

/** Where a person's photo is; undefined without one. */
export async function findPhoto(
  db: Kysely<Schema>,
  userId: string,
): Promise<{ readonly key: string; readonly contentType: string } | undefined> {
  const row = await db
    .selectFrom('users')
    .where('id', '=', userId)
    .select(['photo_key', 'photo_type'])
    .executeTakeFirst();
  return row === undefined || row.photo_key === null || row.photo_type === null
    ? undefined
    : { key: row.photo_key, contentType: row.photo_type };
}
