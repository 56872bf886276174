import { expect, it } from 'vitest';
import { SealError } from '../../sealing/sealing.ts';
import { SecondFactorKeys } from './keys.ts';
import { comparable, newRecoveryCodes } from './recovery-codes.ts';

const SECRET = 'a secret for tests, of more than thirty-two characters';
const plain = Buffer.from('12345678901234567890');
const keys = new SecondFactorKeys(SECRET);

it('opens what it sealed, and nothing shows through the seal', () => {
  const sealed = keys.seal('ani', plain);
  expect(sealed.includes(plain)).toBe(false);
  expect(sealed.equals(keys.seal('ani', plain))).toBe(false);
  expect(new SecondFactorKeys(SECRET).open('ani', sealed)).toEqual(plain);
});

it('does not open what is somebody else’s, was changed, or was sealed with another secret', () => {
  const sealed = keys.seal('ani', plain);
  const changed = Buffer.from(sealed);
  changed.writeUInt8(changed.readUInt8(30) ^ 1, 30);
  expect(() => keys.open('budi', sealed)).toThrow(SealError);
  expect(() => keys.open('ani', changed)).toThrow(SealError);
  expect(() => keys.open('ani', sealed.subarray(0, 20))).toThrow(SealError);
  expect(() => new SecondFactorKeys(`${SECRET}!`).open('ani', sealed)).toThrow('SESSION_SECRET');
});

it('hashes recovery codes so that neither another person’s nor another secret’s hash is the same', () => {
  const hash = keys.hash('ani', 'code').toString('hex');
  expect(keys.hash('ani', 'code').toString('hex')).toBe(hash);
  expect(keys.hash('budi', 'code').toString('hex')).not.toBe(hash);
  expect(new SecondFactorKeys(`${SECRET}!`).hash('ani', 'code').toString('hex')).not.toBe(hash);
});

it('makes recovery codes that can be read aloud and typed carelessly', () => {
  const codes = newRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) {
    expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/);
    expect(
      comparable(` ${code.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'l')} `),
    ).toBe(code.replaceAll('-', ''));
  }
});
