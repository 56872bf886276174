/**
 * What a documented figure is to the simulation:
 * - `input`: drives it;
 * - `output`: must come out of simulated state, and is never fed in;
 * - `contradicted`: another figure of the same document disagrees; the note says which one is used and why;
 * - `context`: shown beside the results, not simulated.
 */
export type FigureKind = 'input' | 'output' | 'contradicted' | 'context';

export type FigureUnit =
  | 'people'
  | 'requests'
  | 'requests/day'
  | 'requests/min'
  | 'requests/hour'
  | 'requests/month'
  | 'count'
  | 'sessions'
  | 'GB'
  | 'MB'
  | 'ms'
  | 's'
  | 'min'
  | 'h'
  | '%'
  | 'USD'
  | 'stars'
  | 'cores'
  | 'CPU h'
  | 'GB h'
  | 'instances'
  | 'times';

/** One number of the documented month. */
export interface Figure {
  readonly id: string;
  readonly value: number;
  readonly unit: FigureUnit;
  /** Section of the {@link SOURCE_DOCUMENT} that states it. */
  readonly section: string;
  readonly kind: FigureKind;
  /** For a contradicted figure: by what, which one is used, and why. */
  readonly note?: string;
}

/** The document that every figure is taken from. */
export const SOURCE_DOCUMENT = 'Chill Ajar monthly usage report, September 2025';
