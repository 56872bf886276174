/** What a tenant has agreed to: which plan from which day on, and which discounts. */
export interface Contract {
  /** The first local day that is billed. */
  readonly startedOn: string;
  /** The last local day that is billed. */
  readonly endedOn?: string;
  /** In the order of their days. The first one holds from the start. */
  readonly terms: readonly Term[];
  readonly discounts: readonly GrantedDiscount[];
}

/** A plan from a local day on, until the next term. */
export interface Term {
  readonly from: string;
  readonly plan: string;
  /** Holds to one version, whatever comes later; unless said, each day has the version that is in effect. */
  readonly version?: number;
}

/**
 * A discount that was granted, from the month on in which `from` lies. What it takes off is in `discounts.ts`.
 *
 * `early-adopter`: 50 % in the first three months, 30 % until the sixth, 15 % until the twelfth. `volume`: by the
 * members of the period. `referral`: by how many tenants were referred, for as many months as that brings.
 */
export type GrantedDiscount =
  | {
      readonly kind: 'early-adopter' | 'volume' | 'non-profit' | 'women' | 'rural';
      readonly from: string;
      readonly until?: string | undefined;
    }
  | { readonly kind: 'referral'; readonly from: string; readonly referred: number }
  | { readonly kind: 'prepaid'; readonly from: string; readonly years: 1 | 2 | 3 };
