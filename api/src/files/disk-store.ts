/*
 * Files in a directory: `<tenant>/<folder>/<id>.<extension>`.
 *
 * What always holds: a file that can be read is whole and on the disk; one that is being written has a temporary name
 * in a directory of its own, from which those that a crash left behind are removed at the next start.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, type FileHandle, mkdir, open, opendir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { TenantId } from '@riwayat/collector';
import type { DownloadLinks } from './download-link.ts';
import { keyParts, keyPrefix } from './file-key.ts';
import {
  type ByteRange,
  type DownloadOptions,
  FileMissingError,
  type FileStore,
  type StoredFile,
} from './file-store.ts';
import { Meter } from './meter.ts';

const INCOMING = '.incoming';
/** Longer than any upload can last: the server gives up on a request long before. */
const STALE_MS = 60 * 60 * 1000;
const FILE_MODE = 0o640;

export interface DiskFileStoreOptions {
  /** Made when it is not there. */
  readonly directory: string;
  readonly links: DownloadLinks;
}

export class DiskFileStore implements FileStore {
  readonly #directory: string;
  readonly #links: DownloadLinks;

  private constructor({ directory, links }: DiskFileStoreOptions) {
    this.#directory = directory;
    this.#links = links;
  }

  /** Opens the directory, and removes what broken uploads left in it. */
  static async open(options: DiskFileStoreOptions): Promise<DiskFileStore> {
    const store = new DiskFileStore(options);
    await mkdir(store.#incoming, { recursive: true });
    await store.#removeStale(Date.now() - STALE_MS);
    return store;
  }

  get #incoming(): string {
    return join(this.#directory, INCOMING);
  }

  async write(key: string, content: Readable, contentType: string): Promise<StoredFile> {
    const path = this.#path(key);
    const temporary = join(this.#incoming, randomUUID());
    const meter = new Meter();
    try {
      const handle = await open(temporary, 'wx', FILE_MODE);
      try {
        await writeFile(handle, meter.measure(content));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await this.#moveInto(temporary, path);
    } catch (error) {
      content.destroy();
      await rm(temporary, { force: true });
      throw error;
    }
    return { key, bytes: meter.bytes, contentType, sha256: meter.digest() };
  }

  async read(key: string, range?: ByteRange): Promise<{ content: Readable; bytes: number }> {
    const handle = await orMissing(key, open(this.#path(key), 'r'));
    try {
      const bytes = range === undefined ? (await handle.stat()).size : range.end - range.start + 1;
      return { content: handle.createReadStream(range), bytes };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async size(key: string): Promise<number> {
    return (await orMissing(key, stat(this.#path(key)))).size;
  }

  async delete(key: string): Promise<void> {
    await rm(this.#path(key), { force: true });
  }

  async *list(tenantId: TenantId, folder: string): AsyncIterable<{ key: string; modifiedAt: Date }> {
    const prefix = keyPrefix(tenantId, folder);
    const directory = await opendir(join(this.#directory, prefix)).catch(undefinedWhenMissing);
    for await (const { name } of directory ?? []) {
      const found = await stat(join(this.#directory, prefix, name)).catch(undefinedWhenMissing);
      if (found !== undefined) {
        yield { key: `${prefix}${name}`, modifiedAt: found.mtime };
      }
    }
  }

  async downloadUrl(key: string, options: DownloadOptions): Promise<string> {
    keyParts(key);
    return this.#links.url(key, options);
  }

  async ping(): Promise<void> {
    await access(this.#incoming, constants.R_OK | constants.W_OK | constants.X_OK);
  }

  async close(): Promise<void> {
    // No handle outlives the read or write that it is for.
  }

  #path(key: string): string {
    keyParts(key);
    return join(this.#directory, key);
  }

  /** Gives a whole file its name, so that it is still there after the power fails. */
  async #moveInto(temporary: string, path: string): Promise<void> {
    const directory = dirname(path);
    const made = await mkdir(directory, { recursive: true });
    await rename(temporary, path);
    await syncDirectory(directory);
    if (made !== undefined) {
      await syncDirectory(dirname(directory));
      await syncDirectory(this.#directory);
    }
  }

  async #removeStale(olderThan: number): Promise<void> {
    for await (const { name } of await opendir(this.#incoming)) {
      const path = join(this.#incoming, name);
      const found = await stat(path).catch(undefinedWhenMissing);
      if (found !== undefined && found.mtimeMs < olderThan) {
        await rm(path, { force: true });
      }
    }
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle: FileHandle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function undefinedWhenMissing(error: unknown): undefined {
  if (!isMissing(error)) {
    throw error;
  }
}

async function orMissing<T>(key: string, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw isMissing(error) ? new FileMissingError(`there is no file ${key}`, { cause: error }) : error;
  }
}
