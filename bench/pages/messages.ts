/** What the processes of this benchmark tell each other. */

/** Server to parent: it listens. */
export interface Listening {
  readonly url: string;
  /** Tenant and slug of each published page. */
  readonly pages: readonly { readonly tenant: string; readonly slug: string }[];
}
