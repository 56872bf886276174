/*
 * What is read of an OTLP trace request, the same from both encodings.
 */

export type AttributeValue = string | number | boolean;
export type Attributes = ReadonlyMap<string, AttributeValue>;

/** One span, with the attributes of its resource. */
export interface Span {
  /** Lower-case hexadecimal digits, as many as there were bytes. */
  readonly traceId: string;
  readonly spanId: string;
  /** SpanKind as OTLP numbers it. */
  readonly kind: number;
  /** Epoch nanoseconds. */
  readonly startNanos: bigint;
  readonly endNanos: bigint;
  readonly attributes: Attributes;
  readonly resource: Attributes;
}

/** A trace request that cannot be decoded; nothing of it is taken. */
export class TraceDecodeError extends Error {
  override readonly name = 'TraceDecodeError';
}
