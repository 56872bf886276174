import { readdir, readlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemDocuments } from '../errors/documents.ts';
import { tenantRow } from '../tenants/tenant.ts';
import { temporaryDirectory } from '../testing/postgres.ts';
import { emptyZip, jpeg, pdf, png, webp } from '../testing/samples.ts';
import { FILE_KINDS, type FileKind } from './content/kind.ts';
import { DiskFileStore } from './disk-store.ts';
import { DownloadLinks } from './download-link.ts';
import { receiveUpload } from './receive.ts';
import { MULTIPART, uploads } from './uploads.ts';

const MB = 1024 * 1024;
const MOST_BYTES = 10 * MB;
const TENANT = tenantRow.shape.id.parse('ours');
const ALL_KINDS: FileKind[] = ['pdf', 'jpeg', 'png', 'webp'];
const fields = z.object({ title: z.string().min(1).max(20) });

let directory: string;
let files: DiskFileStore;
let app: FastifyInstance;
let url: string;
/** What became of each request. */
let outcomes: string[];

beforeEach(async () => {
  directory = await temporaryDirectory();
  files = await DiskFileStore.open({ directory, links: new DownloadLinks({ secret: 's'.repeat(32) }) });
  outcomes = [];
  // A client that was answered while it sent keeps its connection.
  app = fastify({ forceCloseConnections: true });
  await app.register(problemDocuments);
  await app.register(uploads);
  app.post('/', { schema: { consumes: [MULTIPART] } }, async (request) => {
    try {
      const rules = { kinds: ALL_KINDS, maxBytes: MOST_BYTES };
      const upload = await receiveUpload(request, files, {
        tenantId: TENANT,
        folder: 'tests',
        fields,
        ...rules,
      });
      outcomes.push('taken');
      return { ...upload.file, fields: upload.fields };
    } catch (error) {
      outcomes.push(error instanceof Error && 'code' in error ? String(error.code) : String(error));
      throw error;
    }
  });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => app.close());

/** Of what is taken, and of what is refused. */
const answerBody = z.looseObject({
  code: z.string().default('none'),
  key: z.string().default(''),
  bytes: z.int().optional(),
  name: z.string().default(''),
  errors: z.array(z.object({ path: z.string(), rule: z.string() })).default([]),
});

async function send(content: Buffer, name = 'a.pdf', title: string | null = 'Algebra', type = 'text/html') {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(content)], { type }), name);
  if (title !== null) {
    // After the file: a client may put it there.
    form.set('title', title);
  }
  const answer = await fetch(url, { method: 'POST', body: form });
  return { status: answer.status, body: answerBody.parse(await answer.json()) };
}

/** Every file below the directory, temporary ones too. */
async function litter(): Promise<string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe('a file that is taken', () => {
  it.each([
    ['pdf', pdf()],
    ['jpeg', jpeg()],
    ['png', png()],
    ['webp', webp()],
  ] as const)('is known as %s by its content, whatever it is called', async (kind, content) => {
    const { status, body } = await send(content, 'setup.exe');
    expect({ status, ...body }).toMatchObject({
      status: 200,
      kind,
      bytes: content.length,
      contentType: FILE_KINDS[kind].contentType,
      name: `setup.exe.${FILE_KINDS[kind].extensions[0]}`,
      fields: { title: 'Algebra' },
    });
    expect(body.key).toMatch(/^ours\/tests\/[0-9a-f-]{36}\.[a-z]+$/);
    expect(await litter()).toEqual([body.key.split('/').at(-1)]);
  });

  it('may have exactly as many bytes as are allowed', async () => {
    expect((await send(pdf({ bytes: MOST_BYTES }))).body).toMatchObject({ bytes: MOST_BYTES });
  });
});

describe('a file that is refused leaves nothing behind', () => {
  const good = pdf({ bytes: 100_000 });
  it.each<[string, Buffer, number, string]>([
    ['one byte too many', pdf({ bytes: MOST_BYTES + 1 }), 413, 'file-too-large'],
    ['far too many bytes', Buffer.alloc(40 * MB, '%PDF-1.7'), 413, 'file-too-large'],
    ['a program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(9_000)]), 415, 'file-type-refused'],
    ['a web page', Buffer.from('<!doctype html><script>alert(1)</script>'), 415, 'file-type-refused'],
    [
      'a drawing with scripts',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      415,
      'file-type-refused',
    ],
    ['a PDF that begins further on', Buffer.concat([Buffer.from('GIF89a'), good]), 415, 'file-type-refused'],
    ['a PDF that is an archive too', Buffer.concat([good, emptyZip()]), 422, 'file-damaged'],
    [
      'an archive whose comment ends as a PDF does',
      (() => {
        const zip = emptyZip();
        const comment = Buffer.from('\nstartxref\n9\n%%EOF\n');
        zip.writeUInt16LE(comment.length, 20);
        return Buffer.concat([good, zip, comment]);
      })(),
      415,
      'file-type-refused',
    ],
    ['nothing', Buffer.alloc(0), 400, 'file-missing'],
    ['one byte', Buffer.from('%'), 415, 'file-type-refused'],
    ['a PDF without its end', good.subarray(0, 90_000), 422, 'file-damaged'],
    [
      'a PDF with JavaScript',
      pdf({ extra: '5 0 obj << /S /JavaScript /JS (x) >> endobj\n' }),
      422,
      'file-unsafe',
    ],
    [
      'with JavaScript in disguise',
      pdf({ extra: '5 0 obj << /S /J#61vaScr#69pt >> endobj\n' }),
      422,
      'file-unsafe',
    ],
    ['with a program to start', pdf({ extra: '5 0 obj << /S /Launch >> endobj\n' }), 422, 'file-unsafe'],
    ['with files inside', pdf({ extra: '5 0 obj << /Type /EmbeddedFile >> endobj\n' }), 422, 'file-unsafe'],
    ['an encrypted PDF', pdf({ extra: '<< /Encrypt 9 0 R >>\n' }), 422, 'file-unsafe'],
    ['a PDF bomb', pdf({ extra: '<< /Filter [/FlateDecode /FlateDecode] >>\n' }), 422, 'file-unsafe'],
    ['a picture too large to show', png(60_000, 60_000), 413, 'file-too-large'],
    ['a picture with no size', png(0, 5), 422, 'file-damaged'],
    ['half a PNG', png().subarray(0, -5), 422, 'file-damaged'],
    ['half a JPEG', jpeg().subarray(0, -2), 422, 'file-damaged'],
    ['half a WebP', webp().subarray(0, -2), 422, 'file-damaged'],
    ['a picture and an archive', Buffer.concat([jpeg(), emptyZip()]), 415, 'file-type-refused'],
  ])('%s', async (_what, content, status, code) => {
    const answer = await send(content);
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
    expect(await litter()).toEqual([]);
  });

  it('is refused for the fields beside it, which are named', async () => {
    for (const title of [null, '', 'x'.repeat(21)]) {
      const { status, body } = await send(pdf(), 'a.pdf', title);
      expect(status).toBe(400);
      expect(body.errors[0]).toMatchObject({ path: 'body.title', rule: expect.any(String) });
    }
    expect((await send(pdf(), 'a.pdf', 'x'.repeat(100_000))).body.errors[0]?.path).toBe('body.title');
    expect(await litter()).toEqual([]);
  });

  it('is refused with another one beside it', async () => {
    const form = new FormData();
    form.set('title', 'Algebra');
    form.append('file', new Blob([new Uint8Array(pdf())]), 'a.pdf');
    form.append('file', new Blob([new Uint8Array(pdf())]), 'b.pdf');
    const answer = await fetch(url, { method: 'POST', body: form });
    expect({ status: answer.status, ...answerBody.parse(await answer.json()) }).toMatchObject({
      status: 400,
      code: 'invalid-request',
      detail: 'Send one file only.',
    });
    expect(await litter()).toEqual([]);
  });
});

describe('a request that is no upload', () => {
  it.each<[string, RequestInit, number, string]>([
    [
      'is JSON',
      { body: '{}', headers: { 'content-type': 'application/json' } },
      415,
      'unsupported-media-type',
    ],
    ['has a field only', { body: formOf({ title: 'Algebra' }) }, 400, 'file-missing'],
    ['has no boundary', { body: 'x', headers: { 'content-type': MULTIPART } }, 400, 'invalid-request'],
    [
      'is cut short',
      {
        body: '--b\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.4 and no more',
        headers: { 'content-type': `${MULTIPART}; boundary=b` },
      },
      400,
      'invalid-request',
    ],
    ['is empty', { body: '', headers: { 'content-type': `${MULTIPART}; boundary=b` } }, 400, 'file-missing'],
    [
      'has a name that is every object’s',
      { body: formOf({ __proto: 'x', constructor: 'y' }) },
      400,
      'invalid-request',
    ],
  ])('%s', async (_what, init, status, code) => {
    const answer = await fetch(url, { method: 'POST', ...init });
    expect({ status: answer.status, code: answerBody.parse(await answer.json()).code }).toEqual({
      status,
      code,
    });
    expect(await litter()).toEqual([]);
  });

  function formOf(values: Record<string, string>): FormData {
    const form = new FormData();
    for (const [name, value] of Object.entries(values)) {
      form.set(name, value);
    }
    return form;
  }
});

it('names a file safely, whatever it is called', async () => {
  const names = [
    '../../etc/passwd',
    'C:\\Users\\x\\laporan.PDF',
    'a\u0000b\u202efdp.exe',
    '...',
    `${'ä'.repeat(300)}.pdf`,
    'x"; filename="y',
  ];
  const given: string[] = [];
  for (const name of names) {
    given.push((await send(pdf(), name)).body.name);
  }
  expect(given.map((name) => name.slice(-20))).toEqual([
    'passwd.pdf',
    'laporan.pdf',
    'abfdp.exe.pdf',
    'file.pdf',
    `${'ä'.repeat(16)}.pdf`,
    expect.stringMatching(/\.pdf$/),
  ]);
  expect(Math.max(...given.map((name) => [...name].length))).toBeLessThanOrEqual(100);
});

it('leaves nothing of an upload whose sender goes away in the middle', async () => {
  const content = pdf({ bytes: 5 * MB });
  const head = Buffer.from(`--b\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n`);
  const { port } = new URL(url);
  for (const sent of [10, 5_000, 3 * MB]) {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${MULTIPART}; boundary=b\r\ncontent-length: ${content.length}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.write(Buffer.concat([head, content.subarray(0, sent)]), resolve));
    if (sent > MB) {
      // The file is being written by now.
      await expect.poll(litter).toHaveLength(1);
    }
    socket.destroy();
  }
  await expect.poll(() => outcomes).toEqual(['upload-aborted', 'upload-aborted', 'upload-aborted']);
  await expect.poll(litter).toEqual([]);
  expect(await openFiles()).toEqual([]);
});

it('answers as its own failure when the file cannot be kept', async () => {
  files.write = async () => {
    throw new Error('ENOSPC: no space left on device');
  };
  const { status, body } = await send(pdf({ bytes: 3 * MB }));
  expect({ status, code: body.code }).toEqual({ status: 503, code: 'file-store-unavailable' });
  expect(JSON.stringify(body)).not.toContain('ENOSPC');
});

it('takes many at once', async () => {
  const content = pdf({ bytes: 2 * MB });
  const answers = await Promise.all(Array.from({ length: 16 }, () => send(content)));
  expect(answers.map(({ body }) => body.bytes)).toEqual(answers.map(() => content.length));
  expect(await litter()).toHaveLength(16);
});

/** Files below the directory that this process has open. */
async function openFiles(): Promise<string[]> {
  const handles = await readdir('/proc/self/fd').catch(() => []);
  const paths = await Promise.all(
    handles.map((handle) => readlink(join('/proc/self/fd', handle)).catch(() => '')),
  );
  return paths.filter((path) => path.startsWith(directory));
}
