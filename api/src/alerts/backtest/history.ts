import type { SignalKey } from '@riwayat/alerting';
import type { SignalQuestion } from '../signals/reader.ts';
import type { Instants } from './instants.ts';

/** What a signal was at each instant, of each subject; null: there was no data. */
export type Series = ReadonlyMap<string, readonly (number | null)[]>;

/** Reads what some signals were: at every instant what their reader would have read then. */
export interface SignalHistory {
  readonly signals: readonly SignalKey[];
  /**
   * @returns the subjects that there were, named as the reader names them, with a number an instant
   * @throws when the store cannot be asked
   */
  read(question: SignalQuestion, instants: Instants): Promise<Series>;
}
