/** What one request may bring. */
export interface IngestLimits {
  /** Bytes of a body as it is sent. */
  readonly bodyBytes: number;
  /** Bytes of a body once decompressed. */
  readonly decompressedBytes: number;
  /** How many times larger decompression may make a body; small bodies may exceed it. */
  readonly compressionRatio: number;
  /** Events, or spans. */
  readonly events: number;
  /** UTF-16 units of one line of NDJSON. */
  readonly lineLength: number;
  /** Bytes of the data of one business event, as JSON text. */
  readonly dataBytes: number;
  /** How deep the data of one business event may nest. */
  readonly dataDepth: number;
  /** How long a client may take to send a body, milliseconds. */
  readonly bodyTimeoutMs: number;
  /** Bytes of all bodies that are held at one time, by this process. */
  readonly heldBytes: number;
}

const MIB = 1024 * 1024;

/** 20 MiB is what OTLP recommends for a body; 64 KiB is what CloudEvents asks everybody to take of one event. */
export const DEFAULT_INGEST_LIMITS: IngestLimits = {
  bodyBytes: 20 * MIB,
  decompressedBytes: 20 * MIB,
  compressionRatio: 200,
  events: 10_000,
  lineLength: 16 * 1024,
  dataBytes: 64 * 1024,
  dataDepth: 64,
  bodyTimeoutMs: 30_000,
  heldBytes: 128 * MIB,
};
