/*
 * Spans of time that overlap, read together.
 *
 * What always holds: a span is (after, until], so that one which begins where another ends has nothing of it. All spans
 * are cut at each other's ends; a row lies in one piece, is looked at once, and counts for every span that has its piece.
 */

/** After one instant, up to and including another: epoch milliseconds. */
export interface Span {
  readonly after: number;
  readonly until: number;
}

type Params = Readonly<Record<string, readonly number[]>>;

/** SQL of a table's column `ts`, with its parameters. */
export interface CutSpans {
  /** Whether a row lies in any of the spans. */
  readonly inSpans: string;
  /** The number of the piece that a row lies in. */
  readonly piece: string;
  /** Of a piece's number: the spans that have it, as an array of their places among those given, from 0. */
  readonly spansOf: (piece: string) => string;
  readonly params: Params;
}

const MICROSECONDS_PER_MS = 1_000;

/** @throws {RangeError} when there is no span, or one ends before it begins */
export function cutSpans(spans: readonly Span[]): CutSpans {
  if (spans.length === 0 || !spans.every(({ after, until }) => after <= until)) {
    throw new RangeError('Spans to read are at least one, and end after they begin.');
  }
  const bounds = [...new Set(spans.flatMap(({ after, until }) => [after, until]))].sort((a, b) => a - b);
  const placeOf = new Map(bounds.map((bound, place) => [bound, place]));
  const ranges = joined(spans);
  const micros = (values: readonly number[]): number[] => values.map((ms) => ms * MICROSECONDS_PER_MS);
  return {
    inSpans: `(${ranges
      .map(
        (_, i) =>
          `ts > fromUnixTimestamp64Micro({rangeStarts:Array(Int64)}[${i + 1}], 'UTC')` +
          ` AND ts <= fromUnixTimestamp64Micro({rangeEnds:Array(Int64)}[${i + 1}], 'UTC')`,
      )
      .join(' OR ')})`,
    piece: 'arrayCount(bound -> bound < toUnixTimestamp64Micro(ts), {bounds:Array(Int64)})',
    spansOf: (piece) =>
      `arrayFilter((one, first, last) -> first < ${piece} AND ${piece} <= last, range(toUInt32(${spans.length})),` +
      ' {spanStarts:Array(UInt32)}, {spanEnds:Array(UInt32)})',
    params: {
      bounds: micros(bounds),
      rangeStarts: micros(ranges.map(({ after }) => after)),
      rangeEnds: micros(ranges.map(({ until }) => until)),
      spanStarts: spans.map(({ after }) => placeOf.get(after) ?? 0),
      spanEnds: spans.map(({ until }) => placeOf.get(until) ?? 0),
    },
  };
}

/** The same instants in as few spans as there can be. */
function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.after - b.after)) {
    const last = result.at(-1);
    if (last !== undefined && span.after <= last.until) {
      result[result.length - 1] = { after: last.after, until: Math.max(last.until, span.until) };
    } else {
      result.push(span);
    }
  }
  return result;
}
