import { bodyOf } from '../api/api-error.ts';
import type { ApiClient } from '../api/client.ts';
import type { DetailedUsage, UsageSummary } from '../api/contract.ts';
import { contains, type PeriodSelection, queryOf } from './period.ts';
import { Resource } from './resource.svelte.ts';

/** How often numbers that still move are fetched again. The live feed moves what it can in between. */
const REFRESH_MS = 15_000;

/** The usage of one period: its totals, and the days and endpoints behind them. */
export class PeriodUsage {
  readonly summary = new Resource<UsageSummary>();
  readonly detailed = new Resource<DetailedUsage>();
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Shows a period, and keeps it fresh until the returned function is called. */
  show(selection: PeriodSelection): () => void {
    this.load(selection);
    const refresh = window.setInterval(() => {
      if (document.visibilityState === 'visible' && this.#moves()) {
        this.load(selection);
      }
    }, REFRESH_MS);
    return () => {
      window.clearInterval(refresh);
      this.summary.cancel();
      this.detailed.cancel();
    };
  }

  load(selection: PeriodSelection): void {
    const query = queryOf(selection);
    const question = new URLSearchParams(query).toString();
    void this.summary.load(question, (signal) =>
      bodyOf(this.#api.GET('/api/v1/tenant/usage/summary', { params: { query }, signal })),
    );
    void this.detailed.load(question, (signal) =>
      bodyOf(this.#api.GET('/api/v1/tenant/usage/detailed', { params: { query }, signal })),
    );
  }

  /** A span that is over does not change, unless loading it has failed. */
  #moves(): boolean {
    const range = this.summary.value?.range;
    const failed = this.summary.error !== undefined || this.detailed.error !== undefined;
    return failed || range === undefined || contains(range, new Date());
  }
}
