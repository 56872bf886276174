import type { TenantId } from '../record/request-record.ts';

/** What a tenant lets be kept of the people who use its application. */
export interface TenantPolicy {
  /** `pseudonymous`: user and session ids are kept as keyed hashes, which nobody can turn back without the key. */
  readonly userIds: 'plain' | 'pseudonymous';
  /** `truncated`: the network alone, /24 of IPv4 and /48 of IPv6. */
  readonly addresses: 'dropped' | 'truncated';
  /** Whole months, 1 to 120. */
  readonly retentionMonths: number;
}

/** What may be kept of people. */
export interface Privacy {
  /** What a tenant lets be kept; asked on every record, so it answers from memory. */
  readonly policyOf: (tenantId: TenantId) => TenantPolicy;
  /** At least 32 secret bytes that pseudonyms are made with. Another key makes everybody another person. */
  readonly pseudonymKey: Buffer;
  /**
   * Types of events that stay for 120 months, whatever a tenant's retention is: states that hold until they are told anew,
   * and would be nothing once their last telling was gone. None unless given.
   */
  readonly lasting?: readonly string[];
}

export const LONGEST_RETENTION_MONTHS = 120;

/** What holds for a tenant that has chosen nothing. */
export const DEFAULT_POLICY: TenantPolicy = { userIds: 'plain', addresses: 'dropped', retentionMonths: 13 };
