import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { createServer, request as forward, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import S3rver from 's3rver';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tenantRow } from '../tenants/tenant.ts';
import { temporaryDirectory } from '../testing/postgres.ts';
import { DiskFileStore } from './disk-store.ts';
import { DownloadLinks } from './download-link.ts';
import { newFileKey } from './file-key.ts';
import { FileMissingError, type FileStore } from './file-store.ts';
import { S3FileStore } from './s3-store.ts';

const OURS = tenantRow.shape.id.parse('ours');
const THEIRS = tenantRow.shape.id.parse('theirs');
const MB = 1024 * 1024;
const links = new DownloadLinks({ secret: 's'.repeat(32) });

/** A service that speaks S3's protocol, and what it was asked. */
class S3Service {
  readonly asked: string[] = [];
  #inner: S3rver | undefined;
  #outer: Server | undefined;

  async start(): Promise<string> {
    const inner = new S3rver({
      directory: await temporaryDirectory(),
      silent: true,
      port: 0,
      configureBuckets: [{ name: 'files' }],
    });
    this.#inner = inner;
    const { port } = await inner.run();
    // In front of it, because it does not know how to give up an upload in parts: Amazon's answer to that is made here.
    this.#outer = createServer((request, response) => {
      this.asked.push(`${request.method} ${request.url}`);
      if (request.method === 'DELETE' && request.url?.includes('uploadId')) {
        response.writeHead(204).end();
        return;
      }
      const inwards = forward(
        { port, method: request.method, path: request.url, headers: request.headers },
        (answer: IncomingMessage) => {
          response.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(response);
        },
      );
      inwards.on('error', () => response.destroy());
      request.pipe(inwards);
    });
    const outer = this.#outer;
    await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
    const address = outer.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  async stop(): Promise<void> {
    this.#outer?.closeAllConnections();
    this.#outer?.close();
    await this.#inner?.close();
  }
}

const service = new S3Service();
let endpoint: string;
beforeAll(async () => {
  endpoint = await service.start();
});
afterAll(() => service.stop());

const s3 = (bucket = 'files') =>
  new S3FileStore({
    bucket,
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  });

async function listed(found: AsyncIterable<{ key: string; modifiedAt: Date }>) {
  const all: { key: string; modifiedAt: Date }[] = [];
  for await (const one of found) {
    all.push(one);
  }
  return all;
}

describe.each<[string, () => Promise<FileStore>]>([
  ['on disk', async () => DiskFileStore.open({ directory: await temporaryDirectory(), links })],
  ['in a bucket', async () => s3()],
])('files kept %s', (_where, open) => {
  let files: FileStore;
  beforeEach(async () => {
    files = await open();
    return () => files.close();
  });

  const keep = (content: Buffer, key = newFileKey(OURS, 'tests', 'pdf')) =>
    files.write(key, Readable.from([content], { objectMode: false }), 'application/pdf');

  it('are read as they were written, whole and in part', async () => {
    const content = Buffer.alloc(300_000, 'abcdefghij');
    const stored = await keep(content);
    expect(stored).toEqual({
      key: stored.key,
      bytes: 300_000,
      contentType: 'application/pdf',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const whole = await files.read(stored.key);
    expect(whole.bytes).toBe(300_000);
    expect((await buffer(whole.content)).equals(content)).toBe(true);
    const part = await files.read(stored.key, { start: 11, end: 13 });
    expect(part.bytes).toBe(3);
    expect(String(await buffer(part.content))).toBe('bcd');
    expect(await files.size(stored.key)).toBe(300_000);
  });

  it('may be larger than a part of an upload, and empty', async () => {
    const large = Buffer.alloc(11 * MB, '0123456789abcdef');
    const { key } = await keep(large);
    expect((await buffer((await files.read(key)).content)).equals(large)).toBe(true);
    expect((await keep(Buffer.alloc(0))).bytes).toBe(0);
  });

  it.each([100, 12 * MB])('leave nothing of one that broke off after %i bytes', async (bytes) => {
    const key = newFileKey(OURS, 'broken', 'pdf');
    const broken = new Error('the sender went away');
    const content = Readable.from(
      (async function* () {
        yield Buffer.alloc(bytes);
        throw broken;
      })(),
      { objectMode: false },
    );
    await expect(files.write(key, content, 'application/pdf')).rejects.toBe(broken);
    await expect(files.read(key)).rejects.toThrow(FileMissingError);
    expect(await listed(files.list(OURS, 'broken'))).toEqual([]);
  });

  it('are gone once deleted, however often and by however many at once', async () => {
    const { key } = await keep(Buffer.from('x'));
    await Promise.all([files.delete(key), files.delete(key), files.delete(key)]);
    await files.delete(key);
    await expect(files.read(key)).rejects.toThrow(FileMissingError);
    await expect(files.size(key)).rejects.toThrow(FileMissingError);
  });

  it('are listed by tenant and folder', async () => {
    const ours = await Promise.all(
      [1, 2, 3].map(() => keep(Buffer.from('x'), newFileKey(OURS, 'listed', 'pdf'))),
    );
    await keep(Buffer.from('x'), newFileKey(THEIRS, 'listed', 'pdf'));
    const found = await listed(files.list(OURS, 'listed'));
    expect(found.map(({ key }) => key).sort()).toEqual(ours.map(({ key }) => key).sort());
    expect(Math.abs(Date.now() - (found[0]?.modifiedAt.getTime() ?? 0))).toBeLessThan(60_000);
    expect(await listed(files.list(OURS, 'nothing-here'))).toEqual([]);
  });

  it.each([
    '../../etc/passwd',
    'ours/tests/../../../x.pdf',
    '/etc/passwd',
    'ours/tests/a\0.pdf',
    'ours/tests/x.pdf',
    'OURS/tests/0198c0de-0000-4000-8000-000000000000.pdf',
    'ours/.incoming/0198c0de-0000-4000-8000-000000000000.pdf',
    '',
  ])('cannot be named %j', async (key) => {
    await expect(keep(Buffer.from('x'), key)).rejects.toThrow('not the key of a file');
    await expect(files.read(key)).rejects.toThrow('not the key of a file');
    await expect(files.size(key)).rejects.toThrow('not the key of a file');
    await expect(files.delete(key)).rejects.toThrow('not the key of a file');
    const options = { expiresSeconds: 1, fileName: 'x', contentType: 'x' };
    await expect(files.downloadUrl(key, options)).rejects.toThrow('not the key of a file');
  });

  it('says that it is well', async () => {
    await files.ping();
  });
});

describe('files kept on disk', () => {
  it('lose at the next start what a crash left half written, but nothing that is being written', async () => {
    const directory = await temporaryDirectory();
    const incoming = join(directory, '.incoming');
    await mkdir(incoming);
    await Promise.all(['stale', 'fresh'].map((name) => writeFile(join(incoming, name), 'x')));
    const hoursAgo = new Date(Date.now() - 2 * 60 * 60 * 1000);
    await utimes(join(incoming, 'stale'), hoursAgo, hoursAgo);
    await DiskFileStore.open({ directory, links });
    expect(await readdir(incoming)).toEqual(['fresh']);
  });
});

describe('files kept in a bucket', () => {
  it('are downloaded from there by a link that names and types them, and expires', async () => {
    const files = s3();
    const { key } = await files.write(
      newFileKey(OURS, 'tests', 'pdf'),
      Readable.from([Buffer.from('content')], { objectMode: false }),
      'application/pdf',
    );
    const options = { expiresSeconds: 3_600, fileName: 'Aljabar “1”.pdf', contentType: 'application/pdf' };
    const url = await files.downloadUrl(key, options);
    expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('3600');
    const answer = await fetch(url);
    expect(await answer.text()).toBe('content');
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    expect(answer.headers.get('content-disposition')).toContain("filename*=UTF-8''Aljabar%20%E2%80%9C1");
  });

  it('are given up in parts when an upload breaks off, so that nothing is paid for', async () => {
    service.asked.length = 0;
    const content = Readable.from(
      (async function* () {
        yield Buffer.alloc(12 * MB);
        throw new Error('gone');
      })(),
      { objectMode: false },
    );
    await expect(s3().write(newFileKey(OURS, 'tests', 'pdf'), content, 'application/pdf')).rejects.toThrow(
      'gone',
    );
    const asked = service.asked.map((line) => line.replace(/\/files\/\S*\?/, '?'));
    expect(asked.filter((line) => line.includes('partNumber'))).not.toHaveLength(0);
    expect(asked.at(-1)).toMatch(/^DELETE \?.*uploadId=/);
  });

  it('say that a bucket is not there', async () => {
    await expect(s3('elsewhere').ping()).rejects.toThrow();
  });
});
