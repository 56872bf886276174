/*
 * Takes one file from a form and streams it into the store.
 *
 * What always holds: no more than a few chunks of a file are in memory; what it is, is decided by its content; when
 * anything fails, whether on the client's side or on ours, no file is left in the store.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { MultipartFile } from '@fastify/multipart';
import type { TenantId } from '@riwayat/collector';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { ProblemError, problem } from '../errors/problem.ts';
import { type ContentRules, checkContent, tooLarge } from './content/check.ts';
import { FILE_KINDS, type FileKind } from './content/kind.ts';
import { newFileKey } from './file-key.ts';
import { displayName } from './file-name.ts';
import type { FileStore, StoredFile } from './file-store.ts';

const MOST_FIELDS = 20;
const LARGEST_FIELD_BYTES = 16 * 1024;
/** Boundaries and headers of all parts. */
const FORM_BYTES = 16 * 1024;
const MOST_HEADERS_A_PART = 20;
/** What is still read of a refused upload, so that its sender sees the answer; then the connection is cut. */
const REST_BYTES = 16 * 1024 * 1024;
const RETRY_SECONDS = 5;

export interface UploadOptions<Fields> extends ContentRules {
  readonly tenantId: TenantId;
  /** What the file is for: a constant, part of its key. */
  readonly folder: string;
  /** The form's other fields, all of them texts; `z.object({})` when there are none. */
  readonly fields: z.ZodType<Fields>;
}

/** A file as it was taken. */
export interface ReceivedFile extends StoredFile {
  readonly kind: FileKind;
  /** What to call it: safe to show, with an extension of its kind. */
  readonly name: string;
}

export interface Upload<Fields> {
  readonly fields: Fields;
  readonly file: ReceivedFile;
  /** Takes the file away again, when what it was sent for failed. */
  discard(): Promise<void>;
}

/**
 * Reads a form with one file, and keeps the file. Call `discard()` when what follows fails.
 *
 * @throws {ProblemError} `unsupported-media-type`, `invalid-request`, `file-missing`, `file-too-large`,
 *   `file-type-refused`, `file-damaged`, `file-unsafe`, `upload-aborted`, `file-store-unavailable`
 */
export async function receiveUpload<Fields>(
  request: FastifyRequest,
  files: FileStore,
  options: UploadOptions<Fields>,
): Promise<Upload<Fields>> {
  let file: ReceivedFile | undefined;
  try {
    refuseAtOnce(request, options.maxBytes);
    const texts = new Map<string, string>();
    for await (const part of partsOf(request, options.maxBytes)) {
      if (part.type === 'file') {
        file = await keep(part, files, options);
      } else {
        addField(texts, part);
      }
    }
    if (file === undefined) {
      throw problem('file-missing');
    }
    const fields = parseFields(texts, options.fields);
    const { key } = file;
    return { fields, file, discard: () => files.delete(key) };
  } catch (error) {
    discardRest(request.raw);
    if (file !== undefined) {
      await files.delete(file.key);
    }
    throw asProblem(error, request.raw);
  }
}

/** What can be said before anything of the body is read. */
function refuseAtOnce(request: FastifyRequest, maxBytes: number): void {
  if (!request.isMultipart()) {
    throw problem('unsupported-media-type', { detail: 'Send a form: multipart/form-data.' });
  }
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > maxBytes + MOST_FIELDS * LARGEST_FIELD_BYTES + FORM_BYTES) {
    throw tooLarge(maxBytes);
  }
}

function partsOf(request: FastifyRequest, maxBytes: number) {
  return request.parts({
    limits: {
      files: 1,
      fields: MOST_FIELDS,
      parts: MOST_FIELDS + 1,
      fieldSize: LARGEST_FIELD_BYTES,
      headerPairs: MOST_HEADERS_A_PART,
      // One more than is taken: the check of the content is what refuses it.
      fileSize: maxBytes + 1,
    },
  });
}

async function keep(
  { file, filename }: MultipartFile,
  files: FileStore,
  { tenantId, folder, ...rules }: UploadOptions<unknown>,
): Promise<ReceivedFile> {
  const { kind, content } = await checkContent(file, rules);
  const { contentType, extensions } = FILE_KINDS[kind];
  // Undefined in spite of its type, when the sender leaves it empty.
  const name = displayName(filename ?? '', extensions);
  try {
    const stored = await files.write(newFileKey(tenantId, folder, extensions[0]), content, contentType);
    return { ...stored, kind, name };
  } catch (error) {
    file.destroy();
    throw isOfClient(error, file)
      ? error
      : problem('file-store-unavailable', { retryAfterSeconds: RETRY_SECONDS, cause: error });
  }
}

/** Whether the reason is in what was sent, not in where it was to be kept. */
function isOfClient(error: unknown, file: Readable): boolean {
  return error instanceof ProblemError || (file.errored !== null && file.errored === error);
}

function addField(
  texts: Map<string, string>,
  { fieldname, value, valueTruncated }: { fieldname: string; value: unknown; valueTruncated: boolean },
): void {
  const path = `body.${fieldname}`;
  if (typeof value !== 'string') {
    throw problem('invalid-request', { errors: [{ path, rule: 'invalid_type', message: 'must be a text' }] });
  }
  if (valueTruncated) {
    throw problem('invalid-request', {
      errors: [{ path, rule: 'too_big', message: `must have at most ${LARGEST_FIELD_BYTES} bytes` }],
    });
  }
  if (texts.has(fieldname)) {
    throw problem('invalid-request', { errors: [{ path, rule: 'repeated', message: 'must be there once' }] });
  }
  texts.set(fieldname, value);
}

function parseFields<Fields>(texts: ReadonlyMap<string, string>, schema: z.ZodType<Fields>): Fields {
  const parsed = schema.safeParse(Object.fromEntries(texts));
  if (!parsed.success) {
    throw problem('invalid-request', {
      errors: parsed.error.issues.map(({ path, code, message }) => ({
        path: ['body', ...path.map(String)].join('.'),
        rule: code,
        message,
      })),
    });
  }
  return parsed.data;
}

/**
 * Lets the sender finish, or gives up on one who sends too much: a client that is cut off while it sends rarely reads
 * the answer.
 */
function discardRest(raw: IncomingMessage): void {
  if (raw.readableEnded || raw.destroyed) {
    return;
  }
  let left = REST_BYTES;
  raw.unpipe();
  raw.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) {
      raw.destroy();
    }
  });
  raw.resume();
}

const LIMITS: Readonly<Record<string, string>> = {
  FST_FILES_LIMIT: 'Send one file only.',
  FST_FIELDS_LIMIT: `Send at most ${MOST_FIELDS} fields.`,
  FST_PARTS_LIMIT: `Send at most ${MOST_FIELDS} fields and one file.`,
};

function asProblem(error: unknown, raw: IncomingMessage): ProblemError {
  if (error instanceof ProblemError) {
    return error;
  }
  if (raw.destroyed && !raw.complete) {
    return problem('upload-aborted', { cause: error });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return problem('invalid-request', {
    detail: LIMITS[code] ?? 'The body is not a whole, well-formed multipart/form-data.',
    cause: error,
  });
}
