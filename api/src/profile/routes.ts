import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { IMAGE_KINDS } from '../files/content/kind.ts';
import { FileMissingError, type FileStore } from '../files/file-store.ts';
import { receiveUpload } from '../files/receive.ts';
import { MULTIPART, uploadBody, uploads } from '../files/uploads.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Database } from '../postgres/database.ts';
import { findPhoto, profileBody, profileFields, readProfile, replacePhoto, writeProfile } from './profile.ts';

const PHOTOS_FOLDER = 'photos';
const MOST_PHOTO_BYTES = 2 * 1024 * 1024;
const noFields = z.object({});
const PICTURE = { 'image/*': { schema: z.file() } };

export interface ProfileRoutesOptions {
  readonly database: Database;
  readonly files: FileStore;
}

/** What people say of themselves, and their photo. */
export const profileRoutes: FastifyPluginAsyncZod<ProfileRoutesOptions> = async (app, options) => {
  const { files } = options;
  const { db } = options.database;
  const onRequest = requirePermission('account:own');
  const common = { tags: ['tutoring'], security: [{ bearer: [] }] };
  await app.register(uploads);

  app.get(
    '/api/profil',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'The own profile',
        response: { 200: profileBody, ...problemResponses(401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return readProfile(db, principalOf(request).userId);
    },
  );

  app.put(
    '/api/profil',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'Change the own profile; what is left out is emptied',
        body: profileFields.meta({
          examples: [{ name: 'Sari Wulandari', phone: '+62 812 3456 789', bio: 'Kelas 11', locale: 'id' }],
        }),
        response: { 200: profileBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      await writeProfile(db, principal, request.body, actorOf(request));
      reply.header('cache-control', 'private, no-store');
      return readProfile(db, principal.userId);
    },
  );

  app.post(
    '/api/profil/foto',
    {
      config: { usage: { kind: 'upload' } },
      onRequest,
      schema: {
        ...common,
        summary: 'Replace the own photo',
        consumes: [MULTIPART],
        body: uploadBody(noFields, 'A JPEG, PNG or WebP of at most 2 MB'),
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 413, 415, 422, 503) },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { file, discard } = await receiveUpload(request, files, {
        tenantId: principal.tenantId,
        folder: PHOTOS_FOLDER,
        kinds: IMAGE_KINDS,
        maxBytes: MOST_PHOTO_BYTES,
        fields: noFields,
      });
      let before: string | null;
      try {
        before = await replacePhoto(db, principal, file, actorOf(request));
      } catch (error) {
        await discard();
        throw error;
      }
      if (before !== null) {
        await files.delete(before);
      }
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/profil/foto',
    {
      onRequest,
      schema: {
        ...common,
        summary: 'The own photo',
        response: {
          200: { description: 'The picture', content: PICTURE },
          ...problemResponses(401, 403, 404, 503),
        },
      },
    },
    async (request, reply) => {
      const photo = await findPhoto(db, principalOf(request).userId);
      if (photo === undefined) {
        throw noPhoto();
      }
      return sendPhoto(photo, files, reply);
    },
  );
};

async function sendPhoto(
  { key, contentType }: { readonly key: string; readonly contentType: string },
  files: FileStore,
  reply: FastifyReply,
): Promise<FastifyReply> {
  try {
    const { content, bytes } = await files.read(key);
    return reply
      .header('cache-control', 'private, no-cache')
      .header('x-content-type-options', 'nosniff')
      .header('content-length', bytes)
      .type(contentType)
      .send(content);
  } catch (error) {
    throw error instanceof FileMissingError ? noPhoto() : error;
  }
}

function noPhoto() {
  return problem('not-found', { detail: 'There is no photo yet. Send one by POST /api/profil/foto.' });
}
