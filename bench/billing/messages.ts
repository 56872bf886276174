/** What the processes of this benchmark tell each other. */

/** Parent to server: what to do next. */
export type Order =
  | { readonly do: 'store-months'; readonly tenants: number; readonly requests: number }
  | { readonly do: 'issue'; readonly tenants: number; readonly atOnce: number }
  | { readonly do: 'store-history'; readonly rows: number }
  | { readonly do: 'open-tenants'; readonly count: number };

/** Server to parent: it is done. Seconds are of the clock; what an order does not measure is 0. */
export interface Done {
  readonly seconds: number;
  readonly count: number;
  /** Of `issue`, the part of the seconds in which the store was asked. */
  readonly meteringSeconds: number;
  /** Of `open-tenants`: an address and a token of each. */
  readonly doors: readonly Door[];
}

export interface Door {
  readonly url: string;
  readonly token: string;
}
