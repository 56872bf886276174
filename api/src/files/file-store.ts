import type { Readable } from 'node:stream';
import type { TenantId } from '@riwayat/collector';

export interface StoredFile {
  /** Where it is: `chill-ajar/materials/1f0c….pdf`. Never made of what a client sent. */
  readonly key: string;
  readonly bytes: number;
  readonly contentType: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly expiresSeconds: number;
  /** What the browser calls it. */
  readonly fileName: string;
  readonly contentType: string;
}

/** Bytes of a file, counted from 0, the last one included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Where uploaded files are kept: on disk, or in an S3 bucket. Contents are streamed, never held whole. */
export interface FileStore {
  /**
   * Keeps a stream under a key that has no file yet. Nothing is left of one that breaks off.
   *
   * @throws what the stream throws
   */
  write(key: string, content: Readable, contentType: string): Promise<StoredFile>;
  /**
   * The file, or a part of it. Whoever asks reads the content to its end or destroys it.
   *
   * @param range within the file's size
   * @returns `bytes`: how many the content has
   * @throws {FileMissingError}
   */
  read(key: string, range?: ByteRange): Promise<{ readonly content: Readable; readonly bytes: number }>;
  /**
   * Bytes of a file.
   *
   * @throws {FileMissingError}
   */
  size(key: string): Promise<number>;
  /** Nothing happens when it is gone already. */
  delete(key: string): Promise<void>;
  /** The keys of a tenant's files of one folder, in no order. Some may come or go meanwhile. */
  list(
    tenantId: TenantId,
    folder: string,
  ): AsyncIterable<{ readonly key: string; readonly modifiedAt: Date }>;
  /** An address from which anybody who has it can download the file until it expires. */
  downloadUrl(key: string, options: DownloadOptions): Promise<string>;
  /** Resolves when files can be kept and read now; rejects when not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** There is no file under this key. */
export class FileMissingError extends Error {
  override readonly name = 'FileMissingError';
}
