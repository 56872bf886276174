/*
 * Lists of proofs: files that people upload to show that they paid, for those who decide on them.
 */
import { type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { cut, type Ordering, ordering, pageQuery } from '../lists/page.ts';
import type { FileStore } from './file-store.ts';

const DOWNLOAD_SECONDS = 3600;
const DECISIONS = ['verified', 'rejected'] as const;

/** The file of a proof. */
export const proofFile = z.object({
  name: z.string(),
  content_type: z.string(),
  bytes: z.int(),
  url: z.string().describe('Where the file can be downloaded for an hour'),
});

/** What became of a proof. */
export const proofDecision = {
  uploaded_at: z.iso.datetime(),
  decision: z.enum(DECISIONS).nullable(),
  reason: z.string().nullable(),
  decided_at: z.iso.datetime().nullable(),
};

/** What a list of proofs may be asked for. */
export const proofQuery = pageQuery.extend({
  state: z
    .enum(['waiting', ...DECISIONS])
    .default('waiting')
    .describe('`waiting` for a decision, the longest first; or decided, the newest first'),
});

type ProofQuery = z.infer<typeof proofQuery>;

/** What is read of a proof, whatever it is of. */
export interface ProofRow {
  readonly id: string;
  readonly key: string;
  readonly file_key: string;
  readonly file_name: string;
  readonly content_type: string;
  readonly bytes: string | number;
  readonly uploaded_at: Date;
  readonly decision: (typeof DECISIONS)[number] | null;
  readonly reason: string | null;
  readonly decided_at: Date | null;
}

/** What every proof of a list shows. */
export interface ShownProof {
  readonly file: z.infer<typeof proofFile>;
  readonly decided: {
    readonly uploaded_at: string;
    readonly decision: ProofRow['decision'];
    readonly reason: string | null;
    readonly decided_at: string | null;
  };
}

/** The order of a list, and the condition of being in it. */
export function proofOrder(
  table: 'payment_proofs' | 'invoice_payment_proofs',
  { state, cursor }: ProofQuery,
): { order: Ordering; asked: ReturnType<typeof sql<SqlBool>> } {
  const decision = sql.ref(`${table}.decision`);
  return {
    order: ordering(
      sql.ref(`${table}.uploaded_at`),
      'timestamptz',
      sql.ref(`${table}.id`),
      cursor,
      state === 'waiting' ? 'asc' : 'desc',
    ),
    asked: sql<SqlBool>`coalesce(${decision}, 'waiting') = ${state}`,
  };
}

/**
 * A page of proofs, each with a link to its file.
 *
 * @param rows one more than the page holds, if there are
 */
export async function proofsPage<Row extends ProofRow, Body>(
  files: FileStore,
  rows: readonly Row[],
  { limit, order }: { readonly limit: number; readonly order: Ordering },
  toBody: (row: Row, proof: ShownProof) => Body,
): Promise<{ data: Body[]; next_cursor: string | null }> {
  const { data, next_cursor } = cut(rows, limit, order, (row) => row);
  return {
    data: await Promise.all(data.map(async (row) => toBody(row, await shown(files, row)))),
    next_cursor,
  };
}

async function shown(files: FileStore, row: ProofRow): Promise<ShownProof> {
  const { file_key: key, file_name: fileName, content_type: contentType } = row;
  const url = await files.downloadUrl(key, { expiresSeconds: DOWNLOAD_SECONDS, fileName, contentType });
  return {
    file: { name: fileName, content_type: contentType, bytes: Number(row.bytes), url },
    decided: {
      uploaded_at: row.uploaded_at.toISOString(),
      decision: row.decision,
      reason: row.reason,
      decided_at: row.decided_at?.toISOString() ?? null,
    },
  };
}
