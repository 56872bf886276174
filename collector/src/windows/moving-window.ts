/*
 * A window that moves on in equal steps.
 *
 * What always holds: each window is (end − length, end]. Time is cut at the beginnings and ends of all windows, which are
 * one or two cuts a step; a row lies in one piece, and a window is whole pieces.
 */

/** Milliseconds, and of `first` since the epoch. */
export interface MovingWindow {
  /** End of the first window. */
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly length: number;
}

/** SQL of a table's column `ts`, with its parameters. */
export interface CutWindow {
  /** Whether a row lies in any of the windows, or between two of them. */
  readonly inWindows: string;
  /** The number of the piece that a row lies in, from 0. */
  readonly piece: string;
  /** Of a piece's number: the numbers of the windows that have it, as an array. */
  readonly windowsOf: (piece: string) => string;
  readonly params: Readonly<Record<string, number>>;
  /** Epoch milliseconds at which a piece ends. */
  readonly endOf: (piece: number) => number;
}

const MICROSECONDS_PER_MS = 1_000;

/** @throws {RangeError} for no window, and for steps or lengths that are not whole milliseconds from 1 on */
export function cutWindow({ first, step, count, length }: MovingWindow): CutWindow {
  if (![first, step, count, length].every(Number.isSafeInteger) || Math.min(step, count, length) < 1) {
    throw new RangeError('A window that moves on needs a count, a length and a step of at least 1.');
  }
  const after = first - length;
  // Where a step is cut: at the window's end, which is in the middle of a step unless its length is whole steps.
  const rest = length % step;
  const cuts = rest === 0 ? [step] : [rest, step];
  const pieces = Math.floor(length / step) * cuts.length + (rest === 0 ? 0 : 1);
  const offset = '(toUnixTimestamp64Micro(ts) - {after:Int64} - 1)';
  return {
    inWindows:
      "(ts > fromUnixTimestamp64Micro({after:Int64}, 'UTC') AND ts <= fromUnixTimestamp64Micro({until:Int64}, 'UTC'))",
    piece:
      rest === 0
        ? `intDiv(${offset}, {step:Int64})`
        : `(intDiv(${offset}, {step:Int64}) * 2 + (${offset} % {step:Int64} >= {rest:Int64}))`,
    windowsOf: (piece) =>
      `range(toUInt32(intDiv(greatest(0, ${piece} - ${pieces} + ${cuts.length}), ${cuts.length})),` +
      ` toUInt32(least(${count}, intDiv(${piece}, ${cuts.length}) + 1)))`,
    params: {
      after: after * MICROSECONDS_PER_MS,
      until: (first + (count - 1) * step) * MICROSECONDS_PER_MS,
      step: step * MICROSECONDS_PER_MS,
      ...(rest > 0 && { rest: rest * MICROSECONDS_PER_MS }),
    },
    endOf: (piece) => after + Math.floor(piece / cuts.length) * step + (cuts[piece % cuts.length] ?? step),
  };
}
