import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem, problemResponses } from '../errors/problem.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import { byteRange } from './byte-range.ts';
import { attachment } from './content-disposition.ts';
import { DOWNLOAD_PATH, type Download, type DownloadLinks } from './download-link.ts';
import { keyParts } from './file-key.ts';
import { FileMissingError, type FileStore } from './file-store.ts';

const PARTIAL_CONTENT = 206;
const NOT_MODIFIED = 304;
const RANGE_NOT_SATISFIABLE = 416;
/** A name of a hundred characters takes up to some 600, the rest less. */
export const LONGEST_TOKEN = 2_000;
/** Should a browser show a file in spite of all, nothing in it may run. */
const NOTHING_RUNS = "sandbox; default-src 'none'; frame-ancestors 'none'";

const params = z.object({
  token: z
    .string()
    .max(LONGEST_TOKEN)
    .regex(/^[\w-]+\.[\w-]+$/, 'must be the end of a download link')
    .describe('From a download link'),
});
// Loose: what is validated replaces the request's headers, and the others are wanted too.
const headers = z.looseObject({
  range: z.string().optional().describe('One range of bytes; several are answered with the whole file'),
  'if-range': z.string().optional().describe('The range is wanted of this version only: an ETag'),
  'if-none-match': z.string().optional(),
});
const content = { 'application/octet-stream': { schema: z.file() } };

export interface FileRoutesOptions {
  readonly files: FileStore;
  readonly links: DownloadLinks;
  readonly tenants: TenantDirectory;
}

/** Downloads of files that are kept on disk. */
export const fileRoutes: FastifyPluginAsyncZod<FileRoutesOptions> = async (app, options) => {
  app.get(
    `${DOWNLOAD_PATH}/:token`,
    {
      config: { usage: { kind: 'download' } },
      schema: {
        tags: ['files'],
        summary: 'Download a file by its link; whoever has the link may',
        params,
        headers,
        response: {
          200: { description: 'The file', content },
          206: { description: 'The bytes that were asked for', content },
          304: { description: 'The client has it already', content },
          ...problemResponses(400, 404, 410, 416, 503),
        },
      },
    },
    async (request, reply) => {
      const link = options.links.open(request.params.token);
      if (link.status === 'forged') {
        throw problem('not-found', { detail: 'This is not a link to a file.' });
      }
      if (link.status === 'expired') {
        throw problem('link-expired');
      }
      await countForOwner(request, link, options.tenants);
      try {
        return await send(link, options.files, request, reply);
      } catch (error) {
        throw error instanceof FileMissingError
          ? problem('not-found', { detail: 'The file is no longer there.' })
          : error;
      }
    },
  );
};

/** A link carries no log-in: the usage is that of the tenant whose file it is. */
async function countForOwner(
  request: FastifyRequest,
  { key }: Download,
  tenants: TenantDirectory,
): Promise<void> {
  if (request.principal === null) {
    request.storefront = (await tenants.find(keyParts(key).tenant)) ?? null;
  }
}

async function send(
  { key, fileName, contentType }: Download,
  files: FileStore,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const size = await files.size(key);
  // A key is given to one content only.
  const etag = `"${keyParts(key).id}"`;
  reply
    .header('etag', etag)
    .header('accept-ranges', 'bytes')
    .header('cache-control', 'private, no-cache')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', NOTHING_RUNS);
  if (matches(request.headers['if-none-match'], etag)) {
    return reply.code(NOT_MODIFIED).send();
  }
  const condition = request.headers['if-range'];
  const range =
    condition === undefined || condition === etag ? byteRange(request.headers.range, size) : undefined;
  if (range === null) {
    reply.code(RANGE_NOT_SATISFIABLE).header('content-range', `bytes */${size}`);
    throw problem('range-not-satisfiable');
  }
  const { content: body, bytes } = await files.read(key, range);
  if (range !== undefined) {
    reply.code(PARTIAL_CONTENT).header('content-range', `bytes ${range.start}-${range.end}/${size}`);
  }
  return reply
    .type(contentType)
    .header('content-disposition', attachment(fileName))
    .header('content-length', bytes)
    .send(body);
}

function matches(header: string | undefined, etag: string): boolean {
  const known = header?.split(',').map((one) => one.trim().replace(/^W\//, '')) ?? [];
  return known.includes('*') || known.includes(etag);
}
