import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { listQuery, pageOf } from '../lists/page.ts';
import type { Database } from '../postgres/database.ts';
import {
  described,
  describedDraft,
  describedVersion,
  draftBody,
  pageBody,
  pageInList,
  versionBody,
  versionWithDocument,
} from './bodies.ts';
import { pageDocument } from './document.ts';
import { basisOf, noteEtag } from './etag.ts';
import type { Pages } from './pages.ts';
import { PREVIEW_TTL_SECONDS, type Previews } from './preview.ts';
import { slugParams } from './public.ts';
import { findDraft, findVersion, listPages, listVersions, type PageAddress } from './reading.ts';

const LARGEST_DOCUMENT_BYTES = 256 * 1024;
/** Of Postgres's `integer`. */
const LAST_VERSION = 2_147_483_647;

const versionNumber = z.int().min(1).max(LAST_VERSION);
const versionParams = slugParams.extend({ version: z.coerce.number().pipe(versionNumber) });
const paged = listQuery.omit({ q: true });

const EXAMPLE_DOCUMENT = {
  title: 'Menu',
  blocks: [{ type: 'heading', level: 1, text: 'What we serve' }],
};

export interface PageRoutesOptions {
  readonly database: Database;
  readonly pages: Pages;
  readonly previews: Previews;
}

/** The page builder of a tenant's editors. */
export const pageRoutes: FastifyPluginAsyncZod<PageRoutesOptions> = async (
  app,
  { database, pages, previews },
) => {
  const { db } = database;
  const onRequest = requirePermission('pages:edit');
  const common = { tags: ['pages'], security: [{ bearer: [] }] };
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'private, no-store');
  });

  app.get(
    '/api/admin/halaman',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'The pages, what changed last first',
        querystring: paged,
        response: {
          200: pageOf(pageInList),
          ...problemResponses(400, 401, 403, 503),
        },
      },
    },
    async (request) => {
      const { rows, nextCursor } = await listPages(db, principalOf(request).tenantId, request.query);
      return {
        data: rows.map((row) => ({ ...described(row), title: row.title })),
        next_cursor: nextCursor,
      };
    },
  );

  app.post(
    '/api/admin/halaman',
    {
      onRequest,
      bodyLimit: LARGEST_DOCUMENT_BYTES,
      schema: {
        ...common,
        summary: 'Make a page, not published yet',
        body: slugParams
          .extend({ document: pageDocument })
          .meta({ examples: [{ slug: 'menu', document: EXAMPLE_DOCUMENT }] }),
        response: { 201: draftBody, ...problemResponses(400, 401, 403, 409, 413, 503) },
      },
    },
    async (request, reply) => {
      const { slug, document } = request.body;
      const draft = await pages.create(addressOf(request, slug), document, actorOf(request));
      noteEtag(reply, draft.page);
      return reply.code(201).send(describedDraft(draft));
    },
  );

  app.get(
    '/api/admin/halaman/:slug',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'A page with its newest version; the ETag is what saving asks for',
        params: slugParams,
        response: { 200: draftBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const draft = await findDraft(db, addressOf(request, request.params.slug));
      noteEtag(reply, draft.page);
      return describedDraft(draft);
    },
  );

  app.put(
    '/api/admin/halaman/:slug',
    {
      onRequest,
      bodyLimit: LARGEST_DOCUMENT_BYTES,
      schema: {
        ...common,
        summary: 'Save a new version; the public goes on seeing the published one',
        params: slugParams,
        headers: z.looseObject({
          'if-match': z
            .string()
            .optional()
            .describe('The ETag of the version that was changed; * saves over whatever is there. Required'),
        }),
        body: pageDocument,
        response: { 200: draftBody, ...problemResponses(400, 401, 403, 404, 412, 413, 428, 503) },
      },
    },
    async (request, reply) => {
      const basis = basisOf(request.headers['if-match']);
      const address = addressOf(request, request.params.slug);
      const draft = await pages.save(address, basis, request.body, actorOf(request));
      noteEtag(reply, draft.page);
      return describedDraft(draft);
    },
  );

  app.delete(
    '/api/admin/halaman/:slug',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Delete a page with all its versions',
        params: slugParams,
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      await pages.delete(addressOf(request, request.params.slug), actorOf(request));
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/admin/halaman/:slug/terbitkan',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Publish a version: the newest unless said',
        params: slugParams,
        // A body may be left out: null is what is validated then.
        body: z
          .object({ version: versionNumber.optional() })
          .nullish()
          .meta({ examples: [{ version: 3 }] }),
        response: { 200: pageBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const address = addressOf(request, request.params.slug);
      const page = await pages.publish(address, request.body?.version, actorOf(request));
      noteEtag(reply, page);
      return described(page);
    },
  );

  app.post(
    '/api/admin/halaman/:slug/kembalikan',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Roll back: make a new version of an old one, and publish it',
        params: slugParams,
        body: z.object({ version: versionNumber }).meta({ examples: [{ version: 2 }] }),
        response: { 200: pageBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const address = addressOf(request, request.params.slug);
      const page = await pages.rollBack(address, request.body.version, actorOf(request));
      noteEtag(reply, page);
      return described(page);
    },
  );

  app.get(
    '/api/admin/halaman/:slug/versi',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'The versions of a page, the newest first',
        params: slugParams,
        querystring: paged,
        response: { 200: pageOf(versionBody), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const address = addressOf(request, request.params.slug);
      const { page, rows, nextCursor } = await listVersions(db, address, request.query);
      return { data: rows.map((row) => describedVersion(row, page)), next_cursor: nextCursor };
    },
  );

  app.get(
    '/api/admin/halaman/:slug/versi/:version',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'One version of a page',
        params: versionParams,
        response: {
          200: versionWithDocument,
          ...problemResponses(400, 401, 403, 404, 503),
        },
      },
    },
    async (request) => {
      const { slug, version: asked } = request.params;
      const { page, version, document } = await findVersion(db, addressOf(request, slug), asked);
      return { ...describedVersion(version, page), document };
    },
  );

  app.post(
    '/api/admin/halaman/:slug/pratinjau',
    {
      onRequest,
      schema: {
        ...common,
        summary: `A link to a version, for anybody who has it, for ${PREVIEW_TTL_SECONDS / 60} minutes`,
        params: slugParams,
        body: z
          .object({ version: versionNumber.optional().describe('The newest unless said') })
          .nullish()
          .meta({ examples: [{ version: 3 }] }),
        response: {
          200: z.object({ url: z.string(), expires_at: z.iso.datetime() }),
          ...problemResponses(400, 401, 403, 404, 503),
        },
      },
    },
    async (request) => {
      const address = addressOf(request, request.params.slug);
      const asked = request.body?.version;
      const { page } = await (asked === undefined ? findDraft(db, address) : findVersion(db, address, asked));
      const { token, expiresAt } = previews.sign({ ...address, version: asked ?? page.latest_version });
      return {
        url: `/api/public/halaman/${address.slug}/pratinjau?token=${token}`,
        expires_at: expiresAt.toISOString(),
      };
    },
  );
};

function addressOf(request: Pick<FastifyRequest, 'principal'>, slug: string): PageAddress {
  return { tenantId: principalOf(request).tenantId, slug };
}
