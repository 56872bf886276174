import { describe, expect, it } from 'vitest';
import { FieldFault } from './field.ts';
import { checkedReading, METER_TYPE_PREFIX } from './meter-reading.ts';

const STORAGE = `${METER_TYPE_PREFIX}storage`;

describe('an event that tells a meter', () => {
  it.each([
    '{"value":"12.5"}',
    '{"value":"0"}',
    '{"value":42}',
    '{"value":9007199254740991}',
    '{"value":"999999999999999999.999999999999","unit":"GB"}',
  ])('may say %s', (data) => {
    expect(checkedReading(STORAGE, data)).toBe(data);
  });

  it.each([
    ['{ "value": 1e3 }', '{"value":1000}'],
    ['{"value":"1","value":"2"}', '{"value":"2"}'],
  ])('is kept as everybody reads it: %s', (data, kept) => {
    expect(checkedReading(STORAGE, data)).toBe(kept);
  });

  it.each([
    '',
    '{}',
    '"12"',
    '[{"value":"1"}]',
    '{"value":null}',
    '{"value":""}',
    '{"value":"1e3"}',
    '{"value":"-1"}',
    '{"value":-1}',
    '{"value":1.5}',
    '{"value":9007199254740992}',
    '{"value":"1000000000000000000"}',
    '{"value":"0.0000000000001"}',
    '{"value":"1\\n"}',
    '{"value":["1"]}',
  ])('is refused when it says %s', (data) => {
    expect(() => checkedReading(STORAGE, data)).toThrow(FieldFault);
  });
});

it('leaves all other events as they are', () => {
  for (const data of ['', '{"value":"many"}', '"text"', '{ }']) {
    expect(checkedReading('com.example.storage', data)).toBe(data);
  }
});
