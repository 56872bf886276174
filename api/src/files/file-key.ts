import { randomUUID } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';

const TENANT = '[a-z0-9][a-z0-9-]{0,61}[a-z0-9]';
const FOLDER = '[a-z0-9][a-z0-9-]{0,39}';
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const KEY = new RegExp(`^(?<tenant>${TENANT})/(?<folder>${FOLDER})/(?<id>${UUID})\\.[a-z0-9]{1,5}$`);
const FOLDER_ALONE = new RegExp(`^${FOLDER}$`);

/**
 * A key that no file has yet.
 *
 * @param folder what the file is for, such as `materials`: a constant of the code
 * @param extension without the dot
 */
export function newFileKey(tenantId: TenantId, folder: string, extension: string): string {
  const key = `${tenantId}/${folder}/${randomUUID()}.${extension}`;
  keyParts(key);
  return key;
}

/**
 * The parts of a key.
 *
 * @throws {FileKeyError} when it is none: it cannot name anything outside of the store
 */
export function keyParts(key: string): {
  readonly tenant: string;
  readonly folder: string;
  readonly id: string;
} {
  const { tenant, folder, id } = KEY.exec(key)?.groups ?? {};
  if (tenant === undefined || folder === undefined || id === undefined) {
    throw new FileKeyError(`not the key of a file: ${JSON.stringify(key)}`);
  }
  return { tenant, folder, id };
}

/**
 * What the keys of a tenant's files of one folder begin with.
 *
 * @throws {FileKeyError} when the folder cannot be one
 */
export function keyPrefix(tenantId: TenantId, folder: string): string {
  if (!FOLDER_ALONE.test(folder)) {
    throw new FileKeyError(`not a folder of files: ${JSON.stringify(folder)}`);
  }
  return `${tenantId}/${folder}/`;
}

/** Something that is not the key of a file was used as one. */
class FileKeyError extends Error {
  override readonly name = 'FileKeyError';
}
