import { expect, it } from 'vitest';
import { newKeyId, newToken, readToken } from './token.ts';

it('reads back the key it made, by id and by hash', () => {
  const id = newKeyId();
  const token = newToken(id);
  expect(token.text).toMatch(/^rwy_[0-9a-f]{16}_[0-9A-Za-z]{49}$/);
  expect(readToken(token.text)).toEqual({ keyId: id, hash: token.hash });
  expect(token.text.startsWith(token.prefix)).toBe(true);
  expect(token.prefix).toHaveLength('rwy_'.length + 16 + '_'.length + 4);
});

it('never makes the same secret twice', () => {
  const id = newKeyId();
  expect(new Set(Array.from({ length: 1_000 }, () => newToken(id).text)).size).toBe(1_000);
});

it('knows by the checksum a key with any one character changed', () => {
  const { text } = newToken('key_00000000deadbeef');
  for (let position = 'rwy_'.length; position < text.length; position += 1) {
    const changed = text[position] === 'a' ? 'b' : 'a';
    const wrong = text.slice(0, position) + changed + text.slice(position + 1);
    expect(readToken(wrong), wrong).toBeUndefined();
  }
});

it.each(['', 'rwy_', `rwy_${'0'.repeat(16)}_${'A'.repeat(49)}`, 'Basic b3VyczpvdXJz', '\u0000'.repeat(70)])(
  'takes %j for no key',
  (text) => {
    expect(readToken(text)).toBeUndefined();
  },
);
