import { setTimeout as delay } from 'node:timers/promises';
import type { Rupiah } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import type { Logger } from 'pino';
import type { Agreements, BilledTenant } from './agreements.ts';
import { budgetShare } from './month-signals.ts';
import type { SignalQuestion, SignalReader } from './reader.ts';

/** A forecast is one of days: it is made again for each tenant after this long, or later when there are many. */
const FRESH_MS = 5 * 60_000;
/** How long forecasts are made after a round has asked; the next one goes on. */
const WORK_MS = 4_000;
/** After each, others have the machine for so many times as long as it took: a tenth of a second, and some questions. */
const PAUSE_SHARE = 4;

export interface ForecastSignalOptions {
  readonly agreements: Pick<Agreements, 'of'>;
  /** What a tenant's running month is expected to come to; undefined while too little is known. */
  readonly expectedTotal: (tenantId: TenantId) => Promise<Rupiah | undefined>;
  readonly logger: Logger;
}

/**
 * What the month will probably cost, in percent of the budget. Forecasts are made beside the rounds, one after another:
 * none waits for one. Null without a budget, while too little is known, and until a tenant's first forecast is made.
 */
export class ForecastSignal implements SignalReader {
  readonly signals = ['budget_forecast'] as const;
  readonly #options: ForecastSignalOptions;
  readonly #known = new Map<TenantId, { readonly expected: Rupiah | undefined; readonly at: number }>();
  #working: Promise<void> | undefined;

  constructor(options: ForecastSignalOptions) {
    this.#options = options;
  }

  async read(questions: readonly SignalQuestion[], at: Date) {
    const billed = await this.#options.agreements.of(
      questions.map(({ tenantId }) => tenantId),
      at,
    );
    this.#working ??= this.#work([...billed.values()], at).finally(() => {
      this.#working = undefined;
    });
    return questions.map(({ tenantId }) => {
      const tenant = billed.get(tenantId);
      const value = tenant === undefined ? null : budgetShare(this.#known.get(tenantId)?.expected, tenant);
      return [{ subject: tenantId, value }];
    });
  }

  /** Resolves when those forecasts are made that a round has asked for, or its time for them is over. */
  async settled(): Promise<void> {
    await this.#working;
  }

  async #work(tenants: readonly BilledTenant[], at: Date): Promise<void> {
    const age = ({ tenantId }: BilledTenant): number =>
      at.getTime() - (this.#known.get(tenantId)?.at ?? Number.NEGATIVE_INFINITY);
    const due = tenants
      .filter((tenant) => tenant.agreement.terms.budget !== null && age(tenant) >= FRESH_MS)
      .sort((a, b) => age(b) - age(a));
    const until = performance.now() + WORK_MS;
    for (const { tenantId } of due) {
      const began = performance.now();
      if (began >= until) {
        return;
      }
      try {
        this.#known.set(tenantId, {
          expected: await this.#options.expectedTotal(tenantId),
          at: at.getTime(),
        });
      } catch (error) {
        // What was known stays; it is tried again when its turn comes.
        this.#options.logger.warn({ err: error, tenantId }, 'a forecast for alerts could not be made');
        this.#known.set(tenantId, { expected: this.#known.get(tenantId)?.expected, at: at.getTime() });
      }
      await delay((performance.now() - began) * PAUSE_SHARE, undefined, { ref: false });
    }
  }
}
