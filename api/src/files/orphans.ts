import type { TenantId } from '@riwayat/collector';
import type { FileStore } from './file-store.ts';

const MS_PER_HOUR = 3_600_000;
/** A younger one may be of an upload whose row is about to be written. */
const LEAST_AGE_MS = 24 * MS_PER_HOUR;
const BATCH_KEYS = 500;

export interface OrphanSearch {
  readonly tenantId: TenantId;
  readonly folder: string;
  /** Which of the keys something still stands for. */
  readonly inUse: (keys: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly now: Date;
}

/**
 * Deletes the files of a folder that nothing stands for: what was stored when the process died before it could write the
 * row, or deleted when the store was away.
 *
 * @returns how many were deleted
 */
export async function removeOrphans(
  files: FileStore,
  { tenantId, folder, inUse, now }: OrphanSearch,
): Promise<number> {
  let removed = 0;
  let batch: string[] = [];
  const work = async (): Promise<void> => {
    const used = batch.length === 0 ? new Set<string>() : await inUse(batch);
    for (const key of batch.filter((one) => !used.has(one))) {
      await files.delete(key);
      removed += 1;
    }
    batch = [];
  };
  for await (const { key, modifiedAt } of files.list(tenantId, folder)) {
    if (now.getTime() - modifiedAt.getTime() > LEAST_AGE_MS) {
      batch.push(key);
    }
    if (batch.length >= BATCH_KEYS) {
      await work();
    }
  }
  await work();
  return removed;
}
