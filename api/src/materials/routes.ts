import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, audit } from '../audit/audit.ts';
import type { Cache } from '../coordination/coordination.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import type { FileStore } from '../files/file-store.ts';
import { receiveUpload } from '../files/receive.ts';
import { MULTIPART, uploadBody, uploads } from '../files/uploads.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Principal } from '../identity/principal.ts';
import { addJob } from '../jobs/task.ts';
import { listQuery } from '../lists/page.ts';
import { DatabaseUnavailableError } from '../postgres/availability.ts';
import type { Database } from '../postgres/database.ts';
import { ANNOUNCE_MATERIAL } from './announce.ts';
import {
  MATERIALS_FOLDER,
  type Material,
  MOST_MATERIAL_BYTES,
  materialBody,
  materialFields,
  materialPage,
} from './material.ts';
import { countDownload, deleteMaterial, findMaterial, insertMaterial, listMaterials } from './materials.ts';
import { cachedStatistics, forgetStatistics, statisticsBody } from './statistics.ts';

const PATH = '/api/materi';
const LINK_SECONDS = 60 * 60;
const MS_PER_SECOND = 1_000;

const params = z.object({ id: z.string().regex(/^[\w-]{1,100}$/, 'must be the id of a material') });
const linkBody = z
  .object({
    url: z.string().describe('Whoever has it can download the file until it expires'),
    file_name: z.string(),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'DownloadLink' });

export interface MaterialRoutesOptions {
  readonly database: Database;
  readonly files: FileStore;
  readonly cache: Cache;
  readonly now: () => Date;
}

/** Materials for learners: PDFs that teachers publish. */
export const materialRoutes: FastifyPluginAsyncZod<MaterialRoutesOptions> = async (app, options) => {
  const { files, cache, now } = options;
  const { db } = options.database;
  const common = { tags: ['materials'], security: [{ bearer: [] }] };
  const reads = requirePermission('materials:read');
  const publishes = requirePermission('materials:publish');
  await app.register(uploads);

  app.post(
    PATH,
    {
      config: { usage: { kind: 'upload' } },
      onRequest: publishes,
      schema: {
        ...common,
        summary: 'Publish a material; learners are told in the background',
        consumes: [MULTIPART],
        body: uploadBody(
          materialFields,
          'A PDF of at most 10 MB, without scripts, encryption or files inside',
        ),
        response: { 201: materialBody, ...problemResponses(400, 401, 403, 413, 415, 422, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = principalOf(request);
      const { fields, file, discard } = await receiveUpload(request, files, {
        tenantId,
        folder: MATERIALS_FOLDER,
        kinds: ['pdf'],
        maxBytes: MOST_MATERIAL_BYTES,
        fields: materialFields,
      });
      let published: Material | undefined;
      try {
        published = await db.transaction().execute(async (transaction) => {
          const id = await insertMaterial(transaction, { tenantId, publishedBy: userId, fields, file });
          await addJob(transaction, ANNOUNCE_MATERIAL, { tenantId, material: id });
          await audit(transaction, {
            action: 'material.published',
            tenantId,
            actor: actorOf(request),
            subject: { kind: 'material', id },
            details: { title: fields.title, bytes: file.bytes, sha256: file.sha256 },
          });
          return findMaterial(transaction, tenantId, id);
        });
      } catch (error) {
        // Lost in the middle of a commit, nobody knows whether the row is there: a row without a file would be worse than a
        // file without a row, which is found at night.
        if (!(error instanceof DatabaseUnavailableError)) {
          await discard();
        }
        throw error;
      }
      await forgetStatistics(cache, tenantId, userId);
      const material = orNotFound(published);
      return reply.code(201).header('location', `${PATH}/${material.id}`).send(material);
    },
  );

  app.get(
    PATH,
    {
      onRequest: reads,
      schema: {
        ...common,
        summary: 'Materials, searched or newest first',
        querystring: listQuery,
        response: { 200: materialPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request) => listMaterials(db, principalOf(request).tenantId, request.query),
  );

  app.get(
    `${PATH}/statistik`,
    {
      onRequest: publishes,
      schema: {
        ...common,
        summary: 'How materials are used: the own ones of a mentor, all of them for who administers',
        description: 'At most five minutes old; the X-Cache header says whether it was known already.',
        response: { 200: statisticsBody, ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId, userId, role } = principalOf(request);
      const scope = { tenantId, userId: role === 'mentor' ? userId : null };
      const { statistics, cached } = await cachedStatistics({ db, cache, now }, scope);
      request.usage.cache = cached ? 'hit' : 'miss';
      reply.header('x-cache', cached ? 'HIT' : 'MISS').header('cache-control', 'private, no-store');
      return statistics;
    },
  );

  app.get(
    `${PATH}/:id`,
    {
      onRequest: reads,
      schema: {
        ...common,
        summary: 'One material',
        params,
        response: { 200: materialBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => orNotFound(await findMaterial(db, principalOf(request).tenantId, request.params.id)),
  );

  app.post(
    `${PATH}/:id/unduh`,
    {
      onRequest: reads,
      schema: {
        ...common,
        summary: 'A link to download a material’s file, good for one hour; counted as a download',
        params,
        response: { 200: linkBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = principalOf(request);
      const at = now();
      const file = orNotFound(await countDownload(db, { tenantId, id: request.params.id, userId, at }));
      const url = await files.downloadUrl(file.key, {
        expiresSeconds: LINK_SECONDS,
        fileName: file.name,
        contentType: file.contentType,
      });
      reply.header('cache-control', 'private, no-store');
      return {
        url,
        file_name: file.name,
        expires_at: new Date(at.getTime() + LINK_SECONDS * MS_PER_SECOND).toISOString(),
      };
    },
  );

  app.delete(
    `${PATH}/:id`,
    {
      onRequest: publishes,
      schema: {
        ...common,
        summary: 'Take a material and its file away; a mentor only the own ones',
        params,
        response: { 204: z.null(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { tenantId, userId } = principal;
      const fileKey = await db.transaction().execute(async (transaction) => {
        const material = orNotFound(await findMaterial(transaction, tenantId, request.params.id));
        refuseOthers(principal, material);
        // Somebody else may have deleted it since.
        const deleted = orNotFound(await deleteMaterial(transaction, tenantId, material.id));
        await audit(transaction, {
          action: 'material.deleted',
          tenantId,
          actor: actorOf(request),
          subject: { kind: 'material', id: material.id },
          details: { title: deleted.title },
        });
        return deleted.fileKey;
      });
      await files.delete(fileKey).catch((error) => {
        // The nightly search for files that nothing stands for deletes it.
        request.log.warn({ err: error, file: fileKey }, 'the file of a deleted material is still there');
      });
      await forgetStatistics(cache, tenantId, userId);
      return reply.code(204).send(null);
    },
  );
};

function orNotFound<T>(found: T | undefined): T {
  if (found === undefined) {
    throw problem('not-found', { detail: 'There is no such material.' });
  }
  return found;
}

function refuseOthers({ role, userId }: Principal, { published_by }: Material): void {
  if (role === 'mentor' && published_by?.id !== userId) {
    throw problem('forbidden', {
      detail: 'Mentors take away their own materials only. Ask an administrator.',
    });
  }
}
