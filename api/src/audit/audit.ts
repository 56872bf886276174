import type { TenantId } from '@riwayat/collector';
import type { FastifyRequest } from 'fastify';
import type { Kysely } from 'kysely';
import { jsonText } from '../postgres/json.ts';
import type { Schema } from '../postgres/schema.ts';
import type { AuditAction } from './actions.ts';

/** Who acts, as far as it is known. */
export interface Actor {
  readonly userId: string | null;
  readonly role: string | null;
  readonly sessionId: string | null;
  /** Network address that the request came from. */
  readonly address: string | null;
  readonly requestId: string | null;
}

export interface AuditEntry {
  readonly action: AuditAction;
  /** Whose log it is in; null: the platform's alone. */
  readonly tenantId: TenantId | null;
  readonly actor: Actor;
  /** What it was done to: `{ kind: 'user', id: 'usr_…' }`. */
  readonly subject?: { readonly kind: string; readonly id: string };
  /** What else is worth knowing. Never a password, a token or a code. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** The system itself: a job, a command on the machine. */
export const SYSTEM: Actor = { userId: null, role: null, sessionId: null, address: null, requestId: null };

/** Who makes a request. */
export function actorOf({ principal, ip, id }: Pick<FastifyRequest, 'principal' | 'ip' | 'id'>): Actor {
  return {
    userId: principal?.userId ?? null,
    role: principal?.role ?? null,
    sessionId: principal?.sessionId ?? null,
    address: ip,
    requestId: id,
  };
}

/**
 * Writes down that something was done. Call it in the transaction that does it: either both happen or neither.
 *
 * @param db the transaction
 */
export async function audit(db: Kysely<Schema>, entry: AuditEntry): Promise<void> {
  await auditAll(db, [entry]);
}

/** Several entries at once: all are written or none. */
export async function auditAll(db: Kysely<Schema>, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length === 0) {
    return;
  }
  await db
    .insertInto('audit_log')
    .values(
      entries.map(({ action, tenantId, actor, subject, details = {} }) => ({
        action,
        tenant_id: tenantId,
        actor_id: actor.userId,
        actor_role: actor.role,
        session_id: actor.sessionId,
        address: actor.address,
        request_id: actor.requestId,
        subject_kind: subject?.kind ?? null,
        subject_id: subject?.id ?? null,
        details: jsonText(details),
      })),
    )
    .execute();
}
