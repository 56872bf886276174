import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { attachment } from '../files/content-disposition.ts';

export const PDF_FILE = {
  description: 'The document, A4',
  content: { 'application/pdf': { schema: z.file() } },
};

interface DocumentFile {
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly content: Buffer | string;
}

/** Sends a file that nobody but its reader is to keep. */
export function sendFile(reply: FastifyReply, { name, type, content }: DocumentFile): FastifyReply {
  return reply
    .header('cache-control', 'private, no-store')
    .header('content-disposition', attachment(name))
    .type(type)
    .send(content);
}
