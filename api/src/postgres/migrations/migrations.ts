import type { Migration } from 'kysely';
import { up as tenantsAndIdentity } from './0001_tenants_and_identity.ts';
import { up as tutoring } from './0002_tutoring.ts';
import { up as apiKeysAndPrivacy } from './0003_api_keys_and_privacy.ts';
import { up as rolesAuditNotifications } from './0004_roles_audit_notifications.ts';
import { up as accounts } from './0005_accounts.ts';
import { up as secondFactor } from './0006_second_factor.ts';
import { up as bookings } from './0007_bookings.ts';
import { up as materials } from './0008_materials.ts';
import { up as pages } from './0009_pages.ts';
import { up as outbox } from './0010_outbox.ts';
import { up as auditSearch } from './0012_audit_search.ts';
import { up as accountSearch } from './0013_account_search.ts';
import { up as billing } from './0014_billing.ts';
import { up as invoices } from './0015_invoices.ts';
import { up as payments } from './0016_payments.ts';
import { up as planChanges } from './0017_plan_changes.ts';
import { up as writeOffs } from './0018_write_offs.ts';
import { up as alerts } from './0019_alerts.ts';
import { up as retentionForBills } from './0020_retention_for_bills.ts';
import { up as usageReports } from './0022_usage_reports.ts';
import { up as channels } from './0023_channels.ts';
import { up as telling } from './0024_telling.ts';
import { up as heartbeats } from './0026_heartbeats.ts';
import { up as uptime } from './0028_uptime.ts';

/** Every migration by name, applied in the order of the names. One that was released is never changed. */
export const migrations: Record<string, Migration> = {
  '0001_tenants_and_identity': { up: tenantsAndIdentity },
  '0002_tutoring': { up: tutoring },
  '0003_api_keys_and_privacy': { up: apiKeysAndPrivacy },
  '0004_roles_audit_notifications': { up: rolesAuditNotifications },
  '0005_accounts': { up: accounts },
  '0006_second_factor': { up: secondFactor },
  '0007_bookings': { up: bookings },
  '0008_materials': { up: materials },
  '0009_pages': { up: pages },
  '0010_outbox': { up: outbox },
  '0012_audit_search': { up: auditSearch },
  '0013_account_search': { up: accountSearch },
  '0014_billing': { up: billing },
  '0015_invoices': { up: invoices },
  '0016_payments': { up: payments },
  '0017_plan_changes': { up: planChanges },
  '0018_write_offs': { up: writeOffs },
  '0019_alerts': { up: alerts },
  '0020_retention_for_bills': { up: retentionForBills },
  '0022_usage_reports': { up: usageReports },
  '0023_channels': { up: channels },
  '0024_telling': { up: telling },
  '0026_heartbeats': { up: heartbeats },
  '0028_uptime': { up: uptime },
};
