import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { attachment } from '../files/content-disposition.ts';

/** Half the time of the usual level, and files a tenth larger. */
const GZIP_LEVEL = 4;

export interface Download {
  readonly fileName: string;
  /** Media type. */
  readonly type: string;
  readonly pieces: AsyncIterable<string>;
  /** Told once, when nothing more is read: it is complete, or whoever asked has gone. */
  readonly over: () => void;
}

/**
 * Sends text as it is made, no faster than it is taken, and packed for those who can unpack it. When it fails in the
 * middle, the connection is closed: who asked must not take the beginning for the whole.
 */
export function sendDownload(
  { headers, log }: FastifyRequest,
  reply: FastifyReply,
  { fileName, type, pieces, over }: Download,
): FastifyReply {
  const source = Readable.from(untilOver(pieces, over), { objectMode: false });
  // An iterable that nothing was read of is not told that nobody will.
  source.once('close', over);
  reply
    .header('cache-control', 'private, no-store')
    .header('content-disposition', attachment(fileName))
    .header('vary', 'accept-encoding')
    .type(type);
  if (!acceptsGzip(headers['accept-encoding'])) {
    return reply.send(source);
  }
  const packed = createGzip({ level: GZIP_LEVEL });
  pipeline(source, packed, (error) => {
    if (error) {
      log.info({ err: error, fileName }, 'a download ended early');
    }
  });
  return reply.header('content-encoding', 'gzip').send(packed);
}

/** The turn is over before the last byte is sent, so that who has it all may ask for the next. */
async function* untilOver(pieces: AsyncIterable<string>, over: () => void): AsyncGenerator<string> {
  try {
    yield* pieces;
  } finally {
    over();
  }
}

/** Whether a client takes gzip (RFC 9110, section 12.5.3): it is named, and not by a weight of 0. */
function acceptsGzip(accepted: string | string[] | undefined): boolean {
  const codings = String(accepted ?? '')
    .toLowerCase()
    .split(',');
  return codings.some((coding) => {
    const [name = '', weight = 'q=1'] = coding.split(';').map((part) => part.trim());
    return name === 'gzip' && !/^q=0(\.0*)?$/.test(weight);
  });
}
