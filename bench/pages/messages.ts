/** What the processes of this benchmark tell each other. */

/** Server to parent: it listens. */
export interface Listening {
  readonly url: string;
  /** Tenant and slug of each published page. */
  readonly pages: readonly { readonly tenant: string; readonly slug: string }[];
}

/** Server to parent, when asked: what Postgres itself counted so far. */
export interface DatabaseWork {
  /** Ended transactions of the application's database: each query outside of one is one. */
  readonly transactions: number;
  /** Looks into the tables of pages and their versions. */
  readonly pageReads: number;
}
