import type { ColumnType, Generated } from 'kysely';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;

interface EndedSessionsTable {
  id: Once<string>;
  ended_at: Once<Date>;
}

interface LoginAttemptsTable {
  /** SHA-256, 32 bytes. */
  email_hash: Once<Buffer>;
  failed_at: Generated<Date[]>;
  judging: number;
  judged_by: Date;
  locked_until: Date | null;
}

interface AccountLocksTable {
  user_id: Once<string>;
  kind: Once<'failures' | 'operator'>;
  reason: string;
  locked_by: string | null;
  locked_at: Date;
  until: Date | null;
}

interface RegistrationsTable {
  /** SHA-256, 32 bytes. */
  token_hash: Once<Buffer>;
  tenant_id: Once<string>;
  /** Lower case. */
  email: Once<string>;
  name: Once<string>;
  password_hash: Once<string>;
  created_at: Once<Date>;
  expires_at: Once<Date>;
}

interface PasswordResetsTable {
  /** SHA-256, 32 bytes. */
  token_hash: Once<Buffer>;
  user_id: Once<string>;
  created_at: Once<Date>;
  expires_at: Once<Date>;
}

interface InvitationsTable {
  id: Once<string>;
  tenant_id: Once<string>;
  /** Lower case. */
  email: Once<string>;
  role: string;
  /** SHA-256, 32 bytes. */
  token_hash: Buffer;
  invited_by: string | null;
  created_at: Date;
  expires_at: Date;
}

/** What accounts are made of besides the people, their memberships and their sessions. */
export interface AccountTables {
  ended_sessions: EndedSessionsTable;
  login_attempts: LoginAttemptsTable;
  account_locks: AccountLocksTable;
  registrations: RegistrationsTable;
  password_resets: PasswordResetsTable;
  invitations: InvitationsTable;
}
