import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesField, ProtobufReader, varintField } from './protobuf.ts';
import { TraceDecodeError } from './trace.ts';

describe('the wire format', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 29 - 1 }),
        fc.maxSafeNat(),
        fc.string(),
        (field, number, text) => {
          const reader = new ProtobufReader(
            Buffer.concat([varintField(field, number), bytesField(field, text)]),
          );
          expect([reader.field(), reader.int64()]).toEqual([field, BigInt(number)]);
          expect([reader.field(), reader.string()]).toEqual([field, Buffer.from(text).toString()]);
          expect(reader.field()).toBe(0);
        },
      ),
    );
  });

  it('reads negative numbers, doubles and fixed numbers', () => {
    const minusOne = new ProtobufReader(Buffer.from('08ffffffffffffffffff01', 'hex'));
    minusOne.field();
    expect(minusOne.int64()).toBe(-1n);
    const fixed = new ProtobufReader(Buffer.from('390100000000000080110000000000000440', 'hex'));
    expect([fixed.field(), fixed.fixed64()]).toEqual([7, 2n ** 63n + 1n]);
    expect([fixed.field(), fixed.double()]).toEqual([2, 2.5]);
  });

  it('ends on any bytes, with the end or with an error of its own', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const reader = new ProtobufReader(Buffer.from(bytes));
        try {
          while (reader.field() !== 0) {
            reader.skip();
          }
        } catch (error) {
          expect(error).toBeInstanceOf(TraceDecodeError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses a string that is not UTF-8', () => {
    const reader = new ProtobufReader(bytesField(1, Buffer.of(0xff)));
    reader.field();
    expect(() => reader.string()).toThrow(TraceDecodeError);
  });
});
