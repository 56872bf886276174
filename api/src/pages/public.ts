import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { JsonCache } from '../coordination/json-cache.ts';
import { noteCache, sendFound } from '../coordination/send-cached.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import type { Database } from '../postgres/database.ts';
import { requireStorefront, type StorefrontOptions } from '../tenants/storefront.ts';
import { pageDocument } from './document.ts';
import { pagesTag } from './pages.ts';
import type { Previews } from './preview.ts';
import { findPublished, findVersion, noPage, publishedPage, SLUG } from './reading.ts';

const PAGE_TTL_SECONDS = 60 * 60;
/** Shorter: whoever guesses addresses fills the cache with them. */
const NO_PAGE_TTL_SECONDS = 30;
const LONGEST_TOKEN = 400;

export const slugParams = z.object({
  slug: z.string().regex(SLUG, 'must be 1 to 63 of a-z, 0-9 and "-", not starting or ending with "-"'),
});

// Loose: what is validated replaces the request's headers, and the others are wanted too.
const headers = z.looseObject({
  'x-tenant': z.string().optional().describe('Whose page; ignored for somebody logged in'),
  'if-none-match': z
    .string()
    .optional()
    .describe('The ETag of what is there already: 304 when it is still so'),
});

export interface PublicPageOptions extends StorefrontOptions {
  readonly database: Database;
  readonly cache: JsonCache;
  readonly previews: Previews;
}

/** The pages of a tenant as anybody sees them. */
export const publicPages: FastifyPluginAsyncZod<PublicPageOptions> = async (app, options) => {
  const { database, cache, previews } = options;

  app.get(
    '/api/public/halaman/:slug',
    {
      schema: {
        tags: ['pages'],
        summary: 'A published page; cached for an hour at most, and renewed when it is published again',
        headers,
        params: slugParams,
        response: {
          200: publishedPage,
          304: z.undefined().describe('It is still what If-None-Match says'),
          ...problemResponses(400, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const { id: tenantId } = await requireStorefront(request, options);
      const { slug } = request.params;
      const answer = await cache.read({
        key: `page/${tenantId}/${slug}`,
        tag: pagesTag(tenantId),
        ttlSeconds: PAGE_TTL_SECONDS,
        noneTtlSeconds: NO_PAGE_TTL_SECONDS,
        load: () => findPublished(database.db, { tenantId, slug }),
      });
      noteCache(request, reply, answer);
      if (answer.found === undefined) {
        throw noPage();
      }
      return sendFound(request, reply, answer.found);
    },
  );

  app.get(
    '/api/public/halaman/:slug/pratinjau',
    {
      schema: {
        tags: ['pages'],
        summary: 'A version of a page by a link of its editor, published or not',
        params: slugParams,
        querystring: z.object({ token: z.string().max(LONGEST_TOKEN) }),
        response: {
          200: pageDocument.extend({ slug: z.string(), version: z.int() }).meta({ id: 'PagePreview' }),
          ...problemResponses(400, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const preview = previews.read(request.query.token);
      const tenant = preview && (await options.tenants.find(preview.tenantId));
      const stranger = request.principal !== null && request.principal.tenantId !== preview?.tenantId;
      if (preview?.slug !== request.params.slug || tenant === undefined || stranger) {
        throw problem('not-found', {
          detail: 'The preview link is not valid, or has expired. Ask the editor of the page for a new one.',
        });
      }
      // The link says whose page it is: the usage is that tenant's.
      request.storefront = tenant;
      const { version, document } = await findVersion(database.db, preview, preview.version);
      reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex');
      return { ...document, slug: preview.slug, version: version.version };
    },
  );
};
