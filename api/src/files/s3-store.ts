/*
 * Files in an S3 bucket, or in a service that speaks its protocol.
 *
 * What always holds: no more than one part of an upload is in memory; an object appears when its last byte has come, and
 * not before; the parts of an upload that broke off are removed.
 */
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { TenantId } from '@riwayat/collector';
import { attachment } from './content-disposition.ts';
import { keyParts, keyPrefix } from './file-key.ts';
import {
  type ByteRange,
  type DownloadOptions,
  FileMissingError,
  type FileStore,
  type StoredFile,
} from './file-store.ts';
import { Meter } from './meter.ts';

/** The smallest that S3 takes. */
const PART_BYTES = 5 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 5_000;
/** A service that says nothing for so long will not. */
const ANSWER_TIMEOUT_MS = 20_000;
const TRIES = 3;
const NOT_FOUND = 404;

export interface S3Options {
  readonly bucket: string;
  readonly region: string;
  /** Absent: Amazon's own. */
  readonly endpoint: string | undefined;
  /** Absent: those of the machine's role. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
}

export class S3FileStore implements FileStore {
  readonly #bucket: string;
  readonly #client: S3Client;

  constructor({ bucket, region, endpoint, credentials }: S3Options) {
    this.#bucket = bucket;
    this.#client = new S3Client({
      region,
      // Services of one's own rarely have a name for each bucket.
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      ...(credentials && { credentials }),
      maxAttempts: TRIES,
      requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: ANSWER_TIMEOUT_MS },
      // Others than Amazon do not know the checksums that newer clients add.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async write(key: string, content: Readable, contentType: string): Promise<StoredFile> {
    keyParts(key);
    const meter = new Meter();
    const upload = new Upload({
      client: this.#client,
      params: {
        Bucket: this.#bucket,
        Key: key,
        Body: Readable.from(meter.measure(content), { objectMode: false }),
        ContentType: contentType,
      },
      partSize: PART_BYTES,
      queueSize: 1,
    });
    try {
      await upload.done();
    } catch (error) {
      content.destroy();
      throw content.errored ?? error;
    }
    return { key, bytes: meter.bytes, contentType, sha256: meter.digest() };
  }

  async read(key: string, range?: ByteRange): Promise<{ content: Readable; bytes: number }> {
    keyParts(key);
    const { Body, ContentLength } = await orMissing(
      key,
      this.#client.send(
        new GetObjectCommand({
          Bucket: this.#bucket,
          Key: key,
          ...(range && { Range: `bytes=${range.start}-${range.end}` }),
        }),
      ),
    );
    if (!(Body instanceof Readable) || ContentLength === undefined) {
      throw new Error(`the bucket answered without the content of ${key}`);
    }
    return { content: Body, bytes: ContentLength };
  }

  async size(key: string): Promise<number> {
    keyParts(key);
    const { ContentLength } = await orMissing(
      key,
      this.#client.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key })),
    );
    return ContentLength ?? 0;
  }

  async delete(key: string): Promise<void> {
    keyParts(key);
    await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }));
  }

  async *list(tenantId: TenantId, folder: string): AsyncIterable<{ key: string; modifiedAt: Date }> {
    let after: string | undefined;
    do {
      const { Contents = [], NextContinuationToken } = await this.#client.send(
        new ListObjectsV2Command({
          Bucket: this.#bucket,
          Prefix: keyPrefix(tenantId, folder),
          ...(after !== undefined && { ContinuationToken: after }),
        }),
      );
      for (const { Key, LastModified } of Contents) {
        if (Key !== undefined && LastModified !== undefined) {
          yield { key: Key, modifiedAt: LastModified };
        }
      }
      after = NextContinuationToken;
    } while (after !== undefined);
  }

  async downloadUrl(
    key: string,
    { expiresSeconds, fileName, contentType }: DownloadOptions,
  ): Promise<string> {
    keyParts(key);
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ResponseContentType: contentType,
      ResponseContentDisposition: attachment(fileName),
    });
    return getSignedUrl(this.#client, command, { expiresIn: expiresSeconds });
  }

  async ping(): Promise<void> {
    await this.#client.send(new HeadBucketCommand({ Bucket: this.#bucket }));
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }
}

async function orMissing<T>(key: string, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw error instanceof S3ServiceException && error.$metadata.httpStatusCode === NOT_FOUND
      ? new FileMissingError(`there is no file ${key}`, { cause: error })
      : error;
  }
}
