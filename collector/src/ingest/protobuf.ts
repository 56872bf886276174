/*
 * The wire format of Protocol Buffers: a reader and a writer for a few small messages.
 *
 * What always holds: the reader never reads beyond the end of the message it was made for, and every step forward
 * takes at least one byte, so it ends on any input.
 */
import { isUtf8 } from 'node:buffer';
import { TraceDecodeError } from './trace.ts';

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;
const FIXED64_BYTES = 8;
const FIXED32_BYTES = 4;
const MAXIMUM_VARINT_BYTES = 10;
const WIRE_TYPE_BITS = 3;
const INT64_BITS = 64;

/** Reads one message's fields in turn. */
export class ProtobufReader {
  readonly #bytes: Buffer;
  #position = 0;
  #wireType = VARINT;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The number of the next field, 0 at the end. Each field is then read by one of the methods below, or skipped. */
  field(): number {
    if (this.#position === this.#bytes.length) {
      return 0;
    }
    const tag = Number(this.#varint());
    this.#wireType = tag % 2 ** WIRE_TYPE_BITS;
    const number = Math.floor(tag / 2 ** WIRE_TYPE_BITS);
    if (number < 1) {
      throw new TraceDecodeError('a field has no number');
    }
    return number;
  }

  /** An int64, as well as an enumeration or a bool. */
  int64(): bigint {
    this.#expect(VARINT);
    return BigInt.asIntN(INT64_BITS, this.#varint());
  }

  fixed64(): bigint {
    this.#expect(FIXED64);
    return this.#bytes.readBigUInt64LE(this.#advance(FIXED64_BYTES));
  }

  double(): number {
    this.#expect(FIXED64);
    return this.#bytes.readDoubleLE(this.#advance(FIXED64_BYTES));
  }

  /** Bytes, or an inner message: a view, not a copy. */
  bytes(): Buffer {
    this.#expect(LENGTH_DELIMITED);
    const length = Number(this.#varint());
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  string(): string {
    const bytes = this.bytes();
    if (!isUtf8(bytes)) {
      throw new TraceDecodeError('a string is not UTF-8');
    }
    return bytes.toString();
  }

  skip(): void {
    if (this.#wireType === VARINT) {
      this.#varint();
    } else if (this.#wireType === FIXED64) {
      this.#advance(FIXED64_BYTES);
    } else if (this.#wireType === LENGTH_DELIMITED) {
      this.#advance(Number(this.#varint()));
    } else if (this.#wireType === FIXED32) {
      this.#advance(FIXED32_BYTES);
    } else {
      throw new TraceDecodeError('a field is of an unknown wire type');
    }
  }

  #expect(wireType: number): void {
    if (this.#wireType !== wireType) {
      throw new TraceDecodeError('a field is not of its documented type');
    }
  }

  #advance(length: number): number {
    const start = this.#position;
    if (length > this.#bytes.length - start) {
      throw new TraceDecodeError('a message ends early');
    }
    this.#position = start + length;
    return start;
  }

  #varint(): bigint {
    const first = this.#bytes[this.#position];
    if (first !== undefined && first < 0x80) {
      this.#position += 1;
      return BigInt(first);
    }
    let value = 0n;
    for (let i = 0; i < MAXIMUM_VARINT_BYTES; i += 1) {
      const byte = this.#bytes[this.#advance(1)] ?? 0;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) {
        return BigInt.asUintN(INT64_BITS, value);
      }
    }
    throw new TraceDecodeError('a number is longer than 64 bits');
  }
}

/** A field holding a number that is not negative. */
export function varintField(field: number, value: number): Buffer {
  return Buffer.from([...varintBytes(field * 2 ** WIRE_TYPE_BITS + VARINT), ...varintBytes(value)]);
}

/** A field holding a string, bytes or an inner message. */
export function bytesField(field: number, value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const head = [...varintBytes(field * 2 ** WIRE_TYPE_BITS + LENGTH_DELIMITED), ...varintBytes(bytes.length)];
  return Buffer.concat([Buffer.from(head), bytes]);
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
