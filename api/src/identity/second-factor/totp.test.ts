import { HOTP, Secret } from 'otpauth';
import { expect, it } from 'vitest';
import { authenticatorUri, newSecret, spelled, stepOf } from './totp.ts';

/** RFC 6238, appendix B, SHA-1: the last six of its eight digits. */
const RFC_SECRET = Buffer.from('12345678901234567890');

it.each([
  [59, '287082', 1],
  [1_111_111_109, '081804', 37_037_036],
  [1_234_567_890, '005924', 41_152_263],
  [2_000_000_000, '279037', 66_666_666],
  [20_000_000_000, '353130', 666_666_666],
])('knows the code of second %i, as the RFC gives it', (seconds, code, step) => {
  expect(stepOf(RFC_SECRET, code, new Date(seconds * 1000))).toBe(step);
});

it('takes the code of the step before and after, and of none further off', () => {
  const secret = newSecret();
  const step = 60_000_000;
  const now = new Date(step * 30_000);
  const code = (counter: number) =>
    HOTP.generate({ secret: Secret.fromHex(Buffer.from(secret).toString('hex')), counter });
  const known = [-2, -1, 0, 1, 2].map((off) => stepOf(secret, code(step + off), now));
  expect(known).toEqual([undefined, step - 1, step, step + 1, undefined]);
});

it('spells the secret for people and for pictures', () => {
  expect(spelled(RFC_SECRET)).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
  const uri = new URL(authenticatorUri(RFC_SECRET, 'ani@example.com'));
  expect(uri.protocol).toBe('otpauth:');
  expect(decodeURIComponent(uri.pathname)).toContain('Riwayat:ani@example.com');
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({
    secret: spelled(RFC_SECRET),
    issuer: 'Riwayat',
    digits: '6',
    period: '30',
  });
  expect(newSecret()).toHaveLength(20);
});
