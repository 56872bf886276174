import type { Figure } from '../figures/figure.ts';
import type { Tolerance } from '../validation/tolerance.ts';

/** A documented system other than the month's: its figures, and a model that they are held against. */
export interface DocumentedSystem {
  /** What the command line calls it. */
  readonly name: string;
  /** The document that every figure is taken from. */
  readonly title: string;
  readonly figures: readonly Figure[];
  /** How far off a simulated figure may be, by id; what is not in it is not judged. */
  readonly tolerances: Readonly<Record<string, Tolerance>>;
  /**
   * One replication.
   *
   * @returns the simulated figures by id, each in its figure's unit
   */
  replicate(seed: number, replication: number): Readonly<Record<string, number>>;
}

/** A number of a model that its document does not give. */
export interface Assumption {
  readonly value: number;
  readonly unit: string;
  /** Why this value; of a fitted one, how it was fitted. */
  readonly meaning: string;
  /** Figures that the value was chosen to meet; empty for a free assumption. */
  readonly figures: readonly string[];
}

/**
 * The value of a documented figure, in its own unit. The type of the id makes an unknown one a compile error.
 *
 * @throws {RangeError} on an unknown id that got past the compiler
 */
export function documentedIn<Id extends string>(
  figures: readonly (Figure & { readonly id: Id })[],
  id: Id,
): number {
  const found = figures.find((figure) => figure.id === id);
  if (found === undefined) {
    throw new RangeError(`No documented figure is called "${id}".`);
  }
  return found.value;
}
