import type { Input, SignalKey } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';

/** A number that is wanted of a tenant; of the platform when it is the operators' tenant. */
export interface SignalQuestion {
  readonly tenantId: TenantId;
  readonly input: Input;
}

/** What a signal is of one subject; null: there is no data. */
export interface SignalValue {
  /** The tenant's id, an instance's name, or empty for the platform as a whole. */
  readonly subject: string;
  readonly value: number | null;
}

/** Reads some signals. */
export interface SignalReader {
  readonly signals: readonly SignalKey[];
  /**
   * Reads the numbers of an instant, of many tenants and rules together: one reading of the store for each different
   * input, not one each.
   *
   * @param at end of the windows; what happened later does not count
   * @returns for each question, in their order, the values of its subjects
   * @throws when the store cannot be asked: nothing is known then, which is not the same as no data
   */
  read(questions: readonly SignalQuestion[], at: Date): Promise<readonly (readonly SignalValue[])[]>;
}
