import type { RequestWindows, TenantId } from '@riwayat/collector';
import { isPlatform, ownerOf, whoseOf } from './questions.ts';
import type { SignalQuestion, SignalReader } from './reader.ts';

const MS_PER_SECOND = 1_000;
const MS_PER_DAY = 86_400_000;

/**
 * Seconds since the last request began; null of those who never made one. What was read once is remembered: from then on
 * only the last days are looked at, of which the rollup has a row for each person.
 */
export class SilenceSignal implements SignalReader {
  readonly signals = ['silence'] as const;
  readonly #windows: Pick<RequestWindows, 'lastRequests'>;
  /** By tenant; empty: of all together. */
  readonly #last = new Map<TenantId | '', Date>();

  constructor(windows: Pick<RequestWindows, 'lastRequests'>) {
    this.#windows = windows;
  }

  async read(questions: readonly SignalQuestion[], at: Date) {
    const platform = questions.filter(({ tenantId }) => isPlatform(tenantId));
    const tenants = questions.filter(({ tenantId }) => !isPlatform(tenantId));
    for (const group of [platform, tenants]) {
      const isKnown = ({ tenantId }: SignalQuestion): boolean => this.#last.has(ownerOf(tenantId));
      await this.#look(group.filter(isKnown), new Date(at.getTime() - MS_PER_DAY));
      await this.#look(group.filter((question) => !isKnown(question)));
    }
    return questions.map(({ tenantId }) => {
      const last = this.#last.get(ownerOf(tenantId));
      const value = last === undefined ? null : Math.max(0, at.getTime() - last.getTime()) / MS_PER_SECOND;
      return [{ subject: ownerOf(tenantId), value }];
    });
  }

  async #look(questions: readonly SignalQuestion[], since?: Date): Promise<void> {
    if (questions.length === 0) {
      return;
    }
    for (const [owner, last] of await this.#windows.lastRequests(whoseOf(questions), since)) {
      const known = this.#last.get(owner);
      if (known === undefined || known < last) {
        this.#last.set(owner, last);
      }
    }
  }
}
