import type { FigureId } from '../figures/figures.ts';

/** A free number of the model. */
export interface Parameter {
  /** Capability and name, as in `memory.application.base`. */
  readonly id: string;
  readonly unit: string;
  readonly value: number;
  /** The fit stays within them. */
  readonly lower: number;
  readonly upper: number;
  /** Figures that it answers to; empty for an assumption, which is not fitted. */
  readonly figures: readonly FigureId[];
  /** What it is, in words; of an assumption, why this value. */
  readonly meaning: string;
}

/** Values by id, as the model reads them. */
export type Parameters = Readonly<Record<string, number>>;
