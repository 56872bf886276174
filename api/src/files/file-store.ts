import type { Readable } from 'node:stream';

export interface StoredFile {
  /** Where it is: `chill-ajar/materials/0198….pdf`. Never made of what a client sent. */
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

/** Where uploaded files are kept: on disk, or in an S3 bucket. Contents are streamed, never held whole. */
export interface FileStore {
  /**
   * Keeps a stream under a key. Nothing is left of one that breaks off.
   *
   * @throws what the stream throws
   */
  write(key: string, content: Readable, contentType: string): Promise<StoredFile>;
  /** @throws {FileMissingError} */
  read(key: string): Promise<{ readonly content: Readable; readonly bytes: number }>;
  /** Nothing happens when it is gone already. */
  delete(key: string): Promise<void>;
  /** An address from which anybody who has it can download the file until it expires. */
  downloadUrl(key: string, options: DownloadOptions): Promise<string>;
}

/** There is no file under this key. */
export class FileMissingError extends Error {
  override readonly name = 'FileMissingError';
}
