import { Readable } from 'node:stream';
import { problem } from '../../errors/problem.ts';
import { endsAsZip, ZIP_TAIL_BYTES } from './archive.ts';
import { FILE_KINDS, type FileKind, HEAD_BYTES, type Inspector, kindOf } from './kind.ts';
import { Tail } from './tail.ts';

const BYTES_PER_MB = 1024 * 1024;

export interface ContentRules {
  /** What is taken. */
  readonly kinds: readonly FileKind[];
  /** Of the whole file. */
  readonly maxBytes: number;
}

/**
 * Finds out what a stream contains, and goes on checking it as it is read: nothing but its first bytes is held.
 *
 * @returns its kind, and the stream itself, which breaks off with a ProblemError at whatever is wrong: the whole of it
 *   is good when it has ended
 * @throws {ProblemError} `file-missing` when it is empty, `file-type-refused`, `file-too-large`; the source is destroyed
 */
export async function checkContent(
  source: Readable,
  rules: ContentRules,
): Promise<{ readonly kind: FileKind; readonly content: Readable }> {
  const chunks: AsyncIterableIterator<Buffer> = source[Symbol.asyncIterator]();
  try {
    const head = await readHead(chunks);
    if (head.length === 0) {
      throw problem('file-missing', { detail: 'The file is empty.' });
    }
    const kind = await kindOf(head);
    if (kind === undefined || !rules.kinds.includes(kind)) {
      throw problem('file-type-refused', {
        detail: `The file is not what is taken here, whatever its name: send ${labels(rules.kinds)}.`,
      });
    }
    const passing = passOn(head, chunks, FILE_KINDS[kind].inspector(), rules.maxBytes);
    return { kind, content: Readable.from(passing, { objectMode: false }) };
  } catch (error) {
    source.destroy();
    throw error;
  }
}

/** As many bytes as the kind of a file can be told by, or all that there are. */
async function readHead(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  const read: Buffer[] = [];
  let bytes = 0;
  while (bytes < HEAD_BYTES) {
    const next = await chunks.next();
    if (next.done) {
      break;
    }
    read.push(next.value);
    bytes += next.value.length;
  }
  return Buffer.concat(read);
}

async function* passOn(
  head: Buffer,
  rest: AsyncIterableIterator<Buffer>,
  inspector: Inspector,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  const tail = new Tail(ZIP_TAIL_BYTES);
  let bytes = 0;
  const see = (chunk: Buffer): Buffer => {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw tooLarge(maxBytes);
    }
    inspector.see(chunk);
    tail.see(chunk);
    return chunk;
  };
  try {
    yield see(head);
    for await (const chunk of rest) {
      yield see(chunk);
    }
  } finally {
    // Also when whoever reads this gives up: the source must not wait for ever.
    await rest.return?.();
  }
  inspector.end();
  if (endsAsZip(tail.content)) {
    throw problem('file-type-refused', {
      detail: 'The file is a ZIP archive as well. Send it without that.',
    });
  }
}

/** The problem of a file with more bytes than are taken. */
export function tooLarge(maxBytes: number) {
  const megabytes = (maxBytes / BYTES_PER_MB).toLocaleString('en', { maximumFractionDigits: 1 });
  return problem('file-too-large', { detail: `The file has more than ${megabytes} MB. Send a smaller one.` });
}

function labels(kinds: readonly FileKind[]): string {
  return new Intl.ListFormat('en', { type: 'disjunction' }).format(
    kinds.map((kind) => `a ${FILE_KINDS[kind].label}`),
  );
}
