import { describe, expect, it } from 'vitest';
import type { Parameter } from './parameter.ts';
import { allParameters, calibratedParameters, fittedParameters, readValues } from './parameters.ts';

const pool: Parameter = {
  id: 'test.pool',
  unit: 'MB',
  value: 5,
  lower: 1,
  upper: 10,
  figures: ['memory.day-1.06'],
  meaning: 'fitted',
};
const share: Parameter = { ...pool, id: 'test.share', value: 0.5, figures: [], meaning: 'assumed' };
const list = [pool, share];

function file(values: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ values });
}

describe('readValues', () => {
  it('takes fitted values from the file and assumptions from the list', () => {
    expect(readValues(file({ 'test.pool': 7 }), list)).toEqual({ 'test.pool': 7, 'test.share': 0.5 });
  });

  it.each([
    [
      'a parameter that the model has not',
      { 'test.pool': 7, 'test.gone': 1 },
      /"test\.gone", which is not fitted/,
    ],
    ['a value for an assumption', { 'test.pool': 7, 'test.share': 1 }, /"test\.share", which is not fitted/],
    ['no value for a parameter that is fitted', {}, /no value for test\.pool/],
    ['a value outside its bounds', { 'test.pool': 11 }, /outside its bounds 1 to 10 MB/],
    ['a value that is no number', { 'test.pool': '7' }, /outside its bounds/],
  ])('refuses %s, and says what to do', (_, values, reason) => {
    expect(() => readValues(file(values), list)).toThrow(reason);
    expect(() => readValues(file(values), list)).toThrow(/calibrate --write/);
  });

  it('refuses a file that is cut off or has no values', () => {
    expect(() => readValues('{"values": {', list)).toThrow(/not JSON/);
    expect(() => readValues('[]', list)).toThrow(/no "values"/);
  });
});

describe('calibratedParameters', () => {
  it('has a number within its bounds for every parameter of the model', () => {
    const values = calibratedParameters();
    for (const { id, lower, upper } of allParameters) {
      expect(values[id], id).toBeGreaterThanOrEqual(lower);
      expect(values[id], id).toBeLessThanOrEqual(upper);
    }
  });
});

describe('allParameters', () => {
  it('have different ids', () => {
    const ids = allParameters.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are fewer than the figures that they answer to', () => {
    const fitted = fittedParameters(allParameters);
    expect(fitted.length).toBeLessThan(new Set(fitted.flatMap(({ figures }) => figures)).size);
  });
});
