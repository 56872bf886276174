import { parseOptions } from '@node-rs/argon2';
import { expect, it } from 'vitest';
import { Passwords } from './passwords.ts';

it('makes argon2id hashes of the documented strength, each with its own salt', async () => {
  const passwords = new Passwords();
  const [one = '', two = ''] = await Promise.all([passwords.hash('rahasia'), passwords.hash('rahasia')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(two);
  expect(parseOptions(one)).toMatchObject({ outputLen: 32, saltLen: 16 });
});

it('knows the right password, and says no without a hash', async () => {
  const passwords = new Passwords();
  const stored = await passwords.hash('rahasia');
  expect(await passwords.matches('rahasia', stored)).toBe(true);
  expect(await passwords.matches('Rahasia', stored)).toBe(false);
  expect(await passwords.matches('rahasia', null)).toBe(false);
});

it('says no even to the password of the hash that stands in for a missing one', async () => {
  expect(await new Passwords().matches('nobody has this password', null)).toBe(false);
});

it('works off a queue, and refuses when it grows too long', async () => {
  const passwords = new Passwords();
  const stored = await passwords.hash('rahasia');
  const outcomes = await Promise.allSettled(
    Array.from({ length: 105 }, () => passwords.matches('rahasia', stored)),
  );
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(3);
  expect(refused[0]).toMatchObject({ reason: { code: 'overloaded' } });
  expect(await passwords.matches('rahasia', stored)).toBe(true);
});
