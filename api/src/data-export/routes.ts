import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { actorOf, audit } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import type { FileStore } from '../files/file-store.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { idOf } from '../ids/id.ts';
import { cut, ordering, pageOf, pageQuery } from '../lists/page.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { requestExport } from './data-exports.ts';
import { EXPORT_CONTENT_TYPE } from './make-export.ts';
import { EXPORT_STATES } from './tables.ts';

const LINK_SECONDS = 3_600;
const MS_PER_SECOND = 1_000;
const PATH = '/api/v1/tenant/data-exports';

const params = z.object({ id: idOf('exp', 'an export') });

const exportBody = z
  .object({
    id: z.string(),
    state: z.enum(EXPORT_STATES).describe('`expired`: the file was deleted, 90 days after it was made'),
    requested_by: z.string().nullable().describe('User id; null: the system itself'),
    requested_at: z.iso.datetime(),
    finished_at: z.iso.datetime().nullable(),
    bytes: z.int().nullable(),
    records: z.int().nullable().describe('Lines of the file'),
    sha256: z.string().nullable().describe('Of the file, hexadecimal'),
  })
  .meta({ id: 'DataExport' });

const linkBody = z
  .object({ url: z.string(), file_name: z.string(), expires_at: z.iso.datetime() })
  .meta({ id: 'DataExportLink' });

export interface DataExportRoutesOptions {
  readonly database: Database;
  readonly files: FileStore;
  readonly now: () => Date;
}

/** Copies of all of a tenant's data, to take along. */
export const dataExportRoutes: FastifyPluginAsyncZod<DataExportRoutesOptions> = async (app, options) => {
  const { database, files, now } = options;
  const { db } = database;
  const config = { usage: { tenant: 'platform' as const } };
  const onRequest = requirePermission('data:export');
  const common = { tags: ['data export'], security: [{ bearer: [] }] };

  app.get(
    PATH,
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'The exports of the tenant’s data, the latest first',
        querystring: pageQuery,
        response: {
          200: pageOf(exportBody).meta({ id: 'DataExportPage' }),
          ...problemResponses(400, 401, 403, 503),
        },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      const { limit, cursor } = request.query;
      const order = ordering(sql.ref('requested_at'), 'timestamptz', sql.ref('id'), cursor);
      const rows = await exportsOf(db, principalOf(request).tenantId)
        .where(order.after)
        .orderBy(order.by, order.direction)
        .orderBy('id')
        .limit(limit + 1)
        .select(order.key.as('key'))
        .execute()
        .catch(order.blame);
      return cut(rows, limit, order, described);
    },
  );

  app.post(
    PATH,
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Have a copy of the tenant’s data made',
        description:
          'A job writes one JSON object a line, compressed by gzip: people, mentors, courses, bookings with their reviews, ' +
          'the list of materials, invoices with their lines, and usage by day. Administrators are told when it is ready.',
        response: { 202: exportBody, ...problemResponses(401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const begun = await db.transaction().execute(async (transaction) => {
        const id = await requestExport(transaction, { tenantId, actor: actorOf(request), at: now() });
        if (id === undefined) {
          throw problem('conflict', {
            detail: 'An export is being made already. Wait until it is finished.',
          });
        }
        return exportsOf(transaction, tenantId).where('id', '=', id).executeTakeFirstOrThrow();
      });
      return reply.code(202).header('cache-control', 'private, no-store').send(described(begun));
    },
  );

  app.post(
    `${PATH}/:id/download`,
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'A link to download an export, good for one hour; who asks is written down',
        params,
        response: { 200: linkBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const { id } = request.params;
      const found = await exportsOf(db, tenantId).where('id', '=', id).select('file_key').executeTakeFirst();
      if (found === undefined) {
        throw problem('not-found');
      }
      if (found.file_key === null) {
        throw problem('conflict', { detail: `There is no file to download: the export is ${found.state}.` });
      }
      const at = now();
      const fileName = `${tenantId}-${at.toISOString().slice(0, 'YYYY-MM-DD'.length)}.ndjson.gz`;
      await audit(db, {
        action: 'data.export-downloaded',
        tenantId,
        actor: actorOf(request),
        subject: { kind: 'data-export', id },
      });
      const url = await files.downloadUrl(found.file_key, {
        expiresSeconds: LINK_SECONDS,
        fileName,
        contentType: EXPORT_CONTENT_TYPE,
      });
      reply.header('cache-control', 'private, no-store');
      const expiresAt = new Date(at.getTime() + LINK_SECONDS * MS_PER_SECOND);
      return { url, file_name: fileName, expires_at: expiresAt.toISOString() };
    },
  );
};

function exportsOf(db: Kysely<Schema>, tenantId: string) {
  return db
    .selectFrom('data_exports')
    .where('tenant_id', '=', tenantId)
    .select(['id', 'state', 'requested_by', 'requested_at', 'finished_at', 'bytes', 'records', 'sha256']);
}

type ExportRow = Awaited<ReturnType<ReturnType<typeof exportsOf>['executeTakeFirstOrThrow']>>;

function described(row: ExportRow): z.infer<typeof exportBody> {
  return {
    id: row.id,
    state: row.state,
    requested_by: row.requested_by,
    requested_at: row.requested_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
    bytes: row.bytes === null ? null : Number(row.bytes),
    records: row.records === null ? null : Number(row.records),
    sha256: row.sha256,
  };
}
