import { describe, expect, it } from 'vitest';
import { record, tenantId } from '../testing/records.ts';
import { applyPolicy } from './apply-policy.ts';
import { DEFAULT_POLICY, type TenantPolicy } from './policy.ts';
import { Pseudonyms } from './pseudonyms.ts';

const KEY = Buffer.alloc(32, 7);
const PSEUDONYM = /^[A-Za-z0-9_-]{22}$/;
const strict: TenantPolicy = { userIds: 'pseudonymous', addresses: 'truncated', retentionMonths: 3 };
const siti = record({ userId: 'siti', sessionId: 'siti', clientAddress: '203.0.113.77' });

describe('a policy', () => {
  it('lets ids be and drops addresses unless the tenant says otherwise', () => {
    expect(applyPolicy(siti, DEFAULT_POLICY, new Pseudonyms({ key: KEY }))).toEqual({
      userId: 'siti',
      sessionId: 'siti',
      clientNetwork: '',
      retention: 13,
    });
  });

  it('makes people pseudonymous, addresses networks, and retention the tenant’s', () => {
    const stored = applyPolicy(siti, strict, new Pseudonyms({ key: KEY }));
    expect(stored).toMatchObject({ clientNetwork: '203.0.113.0/24', retention: 3 });
    expect(stored.userId).toMatch(PSEUDONYM);
    expect(stored.sessionId).toMatch(PSEUDONYM);
    expect(stored.sessionId).not.toBe(stored.userId);
  });

  it('leaves nobody nobody', () => {
    const nobody = record({ userId: '', sessionId: '', clientAddress: '' });
    expect(applyPolicy(nobody, strict, new Pseudonyms({ key: KEY }))).toMatchObject({
      userId: '',
      sessionId: '',
      clientNetwork: '',
    });
  });
});

describe('pseudonyms', () => {
  it('are the same in every process with the key, and others with another', () => {
    const first = new Pseudonyms({ key: KEY }).of('t1', 'user', 'siti');
    // Held fixed: if this changes, every person of every pseudonymous tenant becomes another.
    expect(first).toBe('mbMzBIM5cjdF0aBc60tMxA');
    expect(new Pseudonyms({ key: KEY }).of('t1', 'user', 'siti')).toBe(first);
    expect(new Pseudonyms({ key: Buffer.alloc(32, 8) }).of('t1', 'user', 'siti')).not.toBe(first);
  });

  it('tell tenants, people and kinds of id apart', () => {
    const pseudonyms = new Pseudonyms({ key: KEY });
    const all = [
      pseudonyms.of('t1', 'user', 'siti'),
      pseudonyms.of('t2', 'user', 'siti'),
      pseudonyms.of('t1', 'user', 'budi'),
      pseudonyms.of('t1', 'session', 'siti'),
      pseudonyms.of('a', 'user', 'b:c'),
      pseudonyms.of('a:b', 'user', 'c'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('stay the same beyond what is remembered', () => {
    const pseudonyms = new Pseudonyms({ key: KEY, remembered: 4 });
    const people = Array.from({ length: 50 }, (_, i) =>
      record({ tenantId: tenantId(`t${i % 3}`), userId: `u${i}` }),
    );
    const given = people.map((person) => pseudonyms.of(person.tenantId, 'user', person.userId));
    expect(people.map((person) => pseudonyms.of(person.tenantId, 'user', person.userId))).toEqual(given);
    expect(new Set(given).size).toBe(50);
  });

  it('need a key that cannot be guessed', () => {
    expect(() => new Pseudonyms({ key: Buffer.from('secret') })).toThrow(RangeError);
  });
});
