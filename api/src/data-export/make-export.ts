import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Collector, TenantId } from '@riwayat/collector';
import { audit, SYSTEM } from '../audit/audit.ts';
import { newFileKey } from '../files/file-key.ts';
import type { FileStore, StoredFile } from '../files/file-store.ts';
import { removeOrphans } from '../files/orphans.ts';
import { type JobContext, JobError, type JobHandler, jobHandler } from '../jobs/handler.ts';
import { type DailyPayload, type DailySchedule, dailyPayload } from '../jobs/schedule.ts';
import type { Task } from '../jobs/task.ts';
import { notifyPermitted } from '../notifications/notify.ts';
import type { Database } from '../postgres/database.ts';
import { isTenantId, tenantRow } from '../tenants/tenant.ts';
import { EXPORT_DATA } from './data-exports.ts';
import { exportRecords } from './records.ts';

const FOLDER = 'data-exports';
export const EXPORT_CONTENT_TYPE = 'application/gzip';
/** A copy of everything is not left lying for longer. */
const KEPT_DAYS = 90;
const MS_PER_DAY = 24 * 60 * 60 * 1_000;

export interface DataExportParts {
  readonly database: Database;
  readonly files: FileStore;
  readonly usage: Pick<Collector['usage'], 'daily'>;
  readonly now?: () => Date;
}

/** Does the jobs of {@link EXPORT_DATA}: streams a tenant's records, compressed, into the file store. */
export function dataExport(parts: DataExportParts): JobHandler {
  return jobHandler(EXPORT_DATA, async ({ tenantId, id }, context) => {
    const { database, files } = parts;
    const pending = await database.db
      .selectFrom('data_exports')
      .where('id', '=', id)
      .where('tenant_id', '=', tenantId)
      .where('state', '=', 'pending')
      .select('id')
      .executeTakeFirst();
    // Done by an attempt whose process died before it could say so.
    if (pending === undefined) {
      return;
    }
    try {
      const { file, records } = await store(parts, tenantId, context.signal);
      // Two attempts may run at once when one was taken for dead: the file of the later is nobody's then.
      if (!(await finish(parts, tenantId, id, file, records))) {
        await files.delete(file.key);
      }
    } catch (error) {
      await failIfLast(parts, tenantId, id, context);
      throw error;
    }
  });
}

async function store(
  { database: { db }, files, usage, now = () => new Date() }: DataExportParts,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<{ file: StoredFile; records: number }> {
  const row = await db
    .selectFrom('tenants')
    .where('id', '=', tenantId)
    .select(['id', 'name', 'timezone', 'locale', 'retention_months'])
    .executeTakeFirst();
  if (row === undefined) {
    throw new JobError('There is no such tenant.', { final: true });
  }
  const tenant = { ...tenantRow.parse(row), retentionMonths: row.retention_months };
  let records = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const record of exportRecords({ db, usage, tenant, now: now() })) {
      records += 1;
      yield `${JSON.stringify(record)}\n`;
    }
  }
  const gzip = createGzip();
  const [file] = await Promise.all([
    files.write(newFileKey(tenantId, FOLDER, 'gz'), gzip, EXPORT_CONTENT_TYPE),
    pipeline(Readable.from(lines()), gzip, { signal }),
  ]);
  return { file, records };
}

/** @returns false when it is finished already */
async function finish(
  { database, now = () => new Date() }: Omit<DataExportParts, 'usage'>,
  tenantId: TenantId,
  id: string,
  file: StoredFile,
  records: number,
): Promise<boolean> {
  return database.db.transaction().execute(async (transaction) => {
    const done = await transaction
      .updateTable('data_exports')
      .set({
        state: 'ready',
        finished_at: now(),
        file_key: file.key,
        bytes: BigInt(file.bytes),
        records: BigInt(records),
        sha256: file.sha256,
      })
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .returning('id')
      .executeTakeFirst();
    if (done === undefined) {
      return false;
    }
    await notifyPermitted(transaction, 'data:export', {
      tenantId,
      kind: 'data-export.ready',
      values: { export: id },
    });
    await audit(transaction, {
      action: 'data.exported',
      tenantId,
      actor: SYSTEM,
      subject: { kind: 'data-export', id },
      details: { records, bytes: file.bytes },
    });
    return true;
  });
}

async function failIfLast(
  { database, now = () => new Date() }: Omit<DataExportParts, 'usage'>,
  tenantId: TenantId,
  id: string,
  { lastAttempt }: JobContext,
): Promise<void> {
  if (!lastAttempt) {
    return;
  }
  await database.db.transaction().execute(async (transaction) => {
    const failed = await transaction
      .updateTable('data_exports')
      .set({ state: 'failed', finished_at: now() })
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .returning('id')
      .executeTakeFirst();
    if (failed !== undefined) {
      await notifyPermitted(transaction, 'data:export', {
        tenantId,
        kind: 'data-export.failed',
        values: { export: id },
      });
    }
  });
}

const SWEEP_DATA_EXPORTS: Task<DailyPayload> = { name: 'sweep-data-exports', payload: dailyPayload };

/** When the tenant's people sleep. */
export const DATA_EXPORTS_NIGHTLY: DailySchedule = { task: SWEEP_DATA_EXPORTS, localTime: '03:40' };

/** Deletes a tenant's exports that are too old to be kept, and files that no export stands for. */
export function dataExportSweep({
  database: { db },
  files,
  now = () => new Date(),
}: Omit<DataExportParts, 'usage'>): JobHandler {
  return jobHandler(SWEEP_DATA_EXPORTS, async ({ tenantId }) => {
    if (!isTenantId(tenantId)) {
      throw new JobError('There is no such tenant.', { final: true });
    }
    const at = now();
    await db
      .updateTable('data_exports')
      .set({ state: 'expired', file_key: null })
      .where('tenant_id', '=', tenantId)
      .where('state', '=', 'ready')
      .where('finished_at', '<', new Date(at.getTime() - KEPT_DAYS * MS_PER_DAY))
      .execute();
    // With their rows' keys gone, expired files are nobody's.
    await removeOrphans(files, {
      tenantId,
      folder: FOLDER,
      inUse: async (keys) => {
        const used = await db
          .selectFrom('data_exports')
          .where('tenant_id', '=', tenantId)
          .where('file_key', 'in', keys)
          .select('file_key')
          .execute();
        return new Set(used.flatMap(({ file_key }) => file_key ?? []));
      },
      now: at,
    });
  });
}
