import { businessFigures } from './business.ts';
import type { Figure } from './figure.ts';
import { memoryFigures } from './memory.ts';
import { populationFigures } from './population.ts';
import { qualityFigures } from './quality.ts';
import { requestFigures } from './requests.ts';

const allFigures = [
  ...populationFigures,
  ...requestFigures,
  ...memoryFigures,
  ...qualityFigures,
  ...businessFigures,
] as const;

export type FigureId = (typeof allFigures)[number]['id'];

/** Every figure of the documented month, with its place in the document and what it is to the simulation. */
export const documentedFigures: readonly Figure[] = allFigures;

const byId = new Map<string, Figure>(allFigures.map((figure) => [figure.id, figure]));

/**
 * The figure of this id. The type of the id makes an unknown one a compile error.
 *
 * @throws {RangeError} on an unknown id that got past the compiler
 */
export function figure(id: FigureId): Figure {
  const found = byId.get(id);
  if (found === undefined) {
    throw new RangeError(`No documented figure is called "${id}".`);
  }
  return found;
}

/** The value of a documented figure, in its own unit. */
export function documented(id: FigureId): number {
  return figure(id).value;
}
