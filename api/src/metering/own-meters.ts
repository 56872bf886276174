/*
 * What Postgres says of the meters of the tenants that are served here.
 *
 * Members are those who learn and teach; administrators are those with that role, and the rest of the staff is neither.
 * What is stored are materials and proofs of payment, each file once. Photos are a person's, who may be of several
 * tenants, and are nobody's storage.
 */
import { type Decimal, decimal, ONE } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../postgres/schema.ts';
import type { MeterReading } from './meter-events.ts';

const PER_BYTE = decimal('0.000000001');

/** What of a tenant lasts until it changes. */
export interface OwnLevels {
  readonly members: Decimal;
  readonly admin_users: Decimal;
  /** GB of 10^9 bytes. */
  readonly storage: Decimal;
}

export async function ownLevels(db: Kysely<Schema>, tenantId: TenantId): Promise<OwnLevels> {
  const { rows } = await sql<{ members: string; administrators: string; bytes: string }>`
    select count(*) filter (where role in ('member', 'mentor')) as members,
      count(*) filter (where role = 'administrator') as administrators,
      (select coalesce(sum(bytes), 0) from (
        select file_key, bytes from materials where tenant_id = ${tenantId}
        union
        select file_key, bytes from payment_proofs where tenant_id = ${tenantId}
      ) as files) as bytes
    from memberships where tenant_id = ${tenantId}`.execute(db);
  const [{ members, administrators, bytes } = { members: '0', administrators: '0', bytes: '0' }] = rows;
  return {
    members: decimal(members),
    admin_users: decimal(administrators),
    storage: decimal(bytes).times(PER_BYTE),
  };
}

/** The levels as they were at an instant. */
export function readingsOf(
  { members, admin_users, storage }: OwnLevels,
  at: Date,
  id: string,
): MeterReading[] {
  return [
    { meter: 'members', value: members, at, id },
    { meter: 'admin_users', value: admin_users, at, id },
    { meter: 'storage', value: storage, at, id },
  ];
}

/** A booking whose payment was verified: one transaction, however often it is told. */
export function transactionReading(booking: string, verifiedAt: Date): MeterReading {
  return { meter: 'transactions', value: ONE, at: verifiedAt, id: booking };
}

/** The transactions that a tenant's verified payments were. */
export async function verifiedTransactions(db: Kysely<Schema>, tenantId: TenantId): Promise<MeterReading[]> {
  const rows = await db
    .selectFrom('payment_proofs')
    .where('tenant_id', '=', tenantId)
    .where('decision', '=', 'verified')
    .orderBy('booking_id')
    .select(['booking_id', 'decided_at'])
    .execute();
  return rows.flatMap(({ booking_id, decided_at }) =>
    decided_at === null ? [] : [transactionReading(booking_id, decided_at)],
  );
}
