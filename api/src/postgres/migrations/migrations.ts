import type { Migration } from 'kysely';
import * as tenantsAndIdentity from './0001_tenants_and_identity.ts';
import * as tutoring from './0002_tutoring.ts';

/** Every migration by name, applied in the order of the names. One that was released is never changed. */
export const migrations: Record<string, Migration> = {
  '0001_tenants_and_identity': tenantsAndIdentity,
  '0002_tutoring': tutoring,
};
