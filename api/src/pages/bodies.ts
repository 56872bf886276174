import { z } from 'zod';
import { pageDocument } from './document.ts';
import type { Draft, Page, Version } from './reading.ts';

export const pageBody = z
  .object({
    slug: z.string(),
    latest_version: z.int(),
    published_version: z.int().nullable().describe('Null: the public does not see the page'),
    published_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .meta({ id: 'Page' });
export const draftBody = pageBody
  .extend({ document: pageDocument })
  .meta({ id: 'PageDraft', description: 'A page with its newest version, published or not' });
export const versionBody = z
  .object({
    version: z.int(),
    created_at: z.iso.datetime(),
    created_by: z.string().nullable().describe('User id; null: the system, or somebody who is gone'),
    restored_from: z.int().nullable().describe('The version that was rolled back to'),
    published: z.boolean(),
  })
  .meta({ id: 'PageVersion' });
export const pageInList = pageBody.extend({ title: z.string() }).meta({ id: 'PageInList' });
export const versionWithDocument = versionBody
  .extend({ document: pageDocument })
  .meta({ id: 'PageVersionWithDocument' });

/** A page as the API tells of it. */
export function described(page: Page): z.infer<typeof pageBody> {
  return {
    slug: page.slug,
    latest_version: page.latest_version,
    published_version: page.published_version,
    published_at: page.published_at?.toISOString() ?? null,
    created_at: page.created_at.toISOString(),
    updated_at: page.updated_at.toISOString(),
  };
}

export function describedDraft({ page, document }: Draft): z.infer<typeof draftBody> {
  return { ...described(page), document };
}

export function describedVersion(
  version: Omit<Version, 'document'>,
  page: Page,
): z.infer<typeof versionBody> {
  return {
    version: version.version,
    created_at: version.created_at.toISOString(),
    created_by: version.created_by,
    restored_from: version.restored_from,
    published: version.version === page.published_version,
  };
}
