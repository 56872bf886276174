/** What a tenant lets be kept of the people who use its application. */
export interface TenantPolicy {
  /** `pseudonymous`: user and session ids are kept as keyed hashes, which nobody can turn back without the key. */
  readonly userIds: 'plain' | 'pseudonymous';
  /** `truncated`: the network alone, /24 of IPv4 and /48 of IPv6. */
  readonly addresses: 'dropped' | 'truncated';
  /** Whole months, 1 to 120. */
  readonly retentionMonths: number;
}

/** What holds for a tenant that has chosen nothing. */
export const DEFAULT_POLICY: TenantPolicy = { userIds: 'plain', addresses: 'dropped', retentionMonths: 13 };
