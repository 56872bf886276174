import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { problem } from '../errors/problem.ts';
import { pageOf, textQuery } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import { AUDIT_ACTIONS } from './actions.ts';

const DEFAULT_LIMIT = 50;
const MOST_ENTRIES = 200;
const LONGEST_ID = 128;
const LONGEST_ACTION = 64;
const LONGEST_QUESTION = 200;
const LONGEST_CURSOR = 100;

const id = z
  .string()
  .min(1)
  .max(LONGEST_ID)
  .regex(/^\P{Cc}*$/u, 'must have no control characters');

/** What may be asked of the audit log. */
export const auditQuery = z.object({
  action: z
    .string()
    .max(LONGEST_ACTION)
    .regex(/^[a-z][a-z.-]*$/, 'must be an action, or how one begins')
    .optional()
    .describe('An action, such as `key.created`, or how one begins: `key.`, `second-factor`'),
  actor: id.optional().describe('User id of whoever did it'),
  subject: id.optional().describe('Id of what it was done to'),
  from: z.iso.datetime({ offset: true }).optional().describe('Not before'),
  to: z.iso.datetime({ offset: true }).optional().describe('Before'),
  q: z
    .string()
    .max(LONGEST_QUESTION)
    .optional()
    .describe('Words of the action, the ids, the address or the details; each may be the beginning of one'),
  limit: z.coerce.number().int().min(1).max(MOST_ENTRIES).default(DEFAULT_LIMIT),
  cursor: z.string().max(LONGEST_CURSOR).optional().describe('`next_cursor` of the page before'),
});

export type AuditQuery = z.infer<typeof auditQuery>;

export const auditEntryBody = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    action: z.string(),
    tenant: z.string().nullable().describe('Null: of no tenant'),
    actor: z.object({
      id: z.string().nullable().describe('Null: nobody was logged in, or the system itself'),
      name: z.string().nullable().describe('Null: nobody of this tenant any more, or never'),
      role: z.string().nullable(),
      address: z.string().nullable(),
      session: z.string().nullable(),
    }),
    subject: z.object({ kind: z.string(), id: z.string() }).nullable(),
    request: z.string().nullable().describe('Id of the request it happened in'),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  })
  .meta({ id: 'AuditEntry' });

export const auditPage = pageOf(auditEntryBody).meta({ id: 'AuditPage' });

type AuditPage = z.infer<typeof auditPage>;

/**
 * Entries of the audit log, newest first.
 *
 * @param tenantId whose log; undefined: everybody's, and what is of no tenant
 * @throws {ProblemError} `invalid-request` for a cursor that this list did not give
 */
export async function searchAudit(
  db: Kysely<Schema>,
  tenantId: TenantId | undefined,
  query: AuditQuery,
): Promise<AuditPage> {
  const asked = textQuery(query.q);
  if (asked === null) {
    return { data: [], next_cursor: null };
  }
  const { limit } = query;
  const rows = await db
    .selectFrom(entriesOf(db, tenantId, query, asked).as('entry'))
    .leftJoin('users', 'users.id', 'entry.actor_id')
    // A tenant reads the names of its own people, not of those who run the platform.
    .leftJoin('memberships', (join) =>
      join
        .onRef('memberships.user_id', '=', 'users.id')
        .onRef('memberships.tenant_id', '=', 'entry.tenant_id'),
    )
    .selectAll('entry')
    .select(['users.name', 'memberships.user_id as person_of_tenant'])
    .orderBy('entry.at', 'desc')
    .orderBy('entry.id', 'desc')
    .execute();
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    data: rows.slice(0, limit).map((row) => {
      const named = tenantId === undefined || row.person_of_tenant !== null;
      return {
        id: row.id,
        at: row.at.toISOString(),
        action: row.action,
        tenant: row.tenant_id,
        actor: {
          id: row.actor_id,
          name: named ? row.name : null,
          role: row.actor_role,
          address: row.address,
          session: row.session_id,
        },
        subject:
          row.subject_kind === null || row.subject_id === null
            ? null
            : { kind: row.subject_kind, id: row.subject_id },
        request: row.request_id,
        details: auditEntryBody.shape.details.parse(row.details),
      };
    }),
    next_cursor: last === undefined ? null : encodeCursor(last),
  };
}

/**
 * The entries of a page, and one more when there is another page.
 *
 * @param words what is looked for, as a `tsquery`
 */
export function entriesOf(
  db: Kysely<Schema>,
  tenantId: TenantId | undefined,
  { action, actor, subject, from, to, limit, cursor }: AuditQuery,
  words: string | undefined,
) {
  const before = cursor === undefined ? undefined : decodeCursor(cursor);
  let entries = db.selectFrom('audit_log').orderBy('at', 'desc').orderBy('id', 'desc');
  if (tenantId !== undefined) {
    entries = entries.where('tenant_id', '=', tenantId);
  }
  if (action !== undefined) {
    entries = AUDIT_ACTIONS.some((known) => known === action)
      ? entries.where('action', '=', action)
      : // An action has letters, dots and dashes: nothing that means something in a pattern.
        entries.where('action', 'like', `${action}%`);
  }
  if (actor !== undefined) {
    entries = entries.where('actor_id', '=', actor);
  }
  if (subject !== undefined) {
    entries = entries.where('subject_id', '=', subject);
  }
  if (from !== undefined) {
    entries = entries.where('at', '>=', new Date(from));
  }
  if (to !== undefined) {
    entries = entries.where('at', '<', new Date(to));
  }
  if (words !== undefined) {
    entries = entries.where(sql<boolean>`search @@ to_tsquery('simple', ${words})`);
  }
  if (before !== undefined) {
    entries = entries.where(sql<boolean>`(at, id) < (${before.at}::timestamptz, ${before.id}::bigint)`);
  }
  return entries
    .limit(limit + 1)
    .select(['id', 'at', 'action', 'tenant_id', 'actor_id', 'actor_role', 'address', 'session_id'])
    .select(['request_id', 'subject_kind', 'subject_id', 'details']);
}

const cursorContent = z.tuple([z.iso.datetime(), z.string().regex(/^\d{1,18}$/)]);

function encodeCursor({ at, id: entryId }: { readonly at: Date; readonly id: string }): string {
  return Buffer.from(JSON.stringify([at.toISOString(), entryId])).toString('base64url');
}

function decodeCursor(cursor: string): { readonly at: Date; readonly id: string } {
  let content: unknown;
  try {
    content = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    // What is no JSON is no cursor of ours: the schema says so below.
    content = undefined;
  }
  const { success, data } = cursorContent.safeParse(content);
  if (!success) {
    throw problem('invalid-request', {
      errors: [
        {
          path: 'query.cursor',
          rule: 'cursor',
          message: 'must be the next_cursor of a page of this same list',
        },
      ],
    });
  }
  return { at: new Date(data[0]), id: data[1] };
}
