import type { RequestRecord, TenantId } from '@riwayat/collector';
import { describe, expect, it } from 'vitest';
import { documentedHistory } from './history.ts';

const START = '2026-10-19';
const AFTER_MONTH = Date.parse('2026-11-18T00:00:00+07:00') * 1000;
const UNTIL = '2026-11-23T13:00:00+07:00';

function history(until: string, seed = 1): RequestRecord[] {
  return [
    ...documentedHistory({
      seed,
      start: START,
      until: new Date(until),
      tenantId: 'school' as TenantId,
      instance: 'one',
      userId: (key) => `school-${key}`,
    }),
  ];
}

describe('documentedHistory', () => {
  const whole = history(UNTIL);
  const month = whole.filter(({ ts }) => ts < AFTER_MONTH);
  const since = whole.slice(month.length);

  it('has every request of the documented month, then days like its last, in order and up to its end', () => {
    expect(month).toHaveLength(13_880);
    // Four weekdays of 501 requests, a weekend of 308 a day, and the 13 hours of a Monday.
    expect(since.length).toBeGreaterThan(1_900);
    expect(since.length).toBeLessThan(2_900);
    expect(whole.every(({ ts }, index) => ts >= (whole[index - 1]?.ts ?? 0))).toBe(true);
    expect(whole[0]?.day).toBe(START);
    expect(whole.at(-1)?.ts).toBeLessThan(Date.parse(UNTIL) * 1000);
    expect(whole.at(-1)?.day).toBe('2026-11-23');
  });

  it('goes on with what the month has left: its people, and pages that are cached', () => {
    const known = new Set(month.map(({ userId }) => userId));
    expect(known.size).toBe(60);
    expect(since.every(({ userId }) => known.has(userId))).toBe(true);
    expect(since.some(({ endpoint, status }) => endpoint === '/api/register' && status === 201)).toBe(false);
    const firstPages = since.filter(({ cache }) => cache !== 'none').slice(0, 50);
    expect(firstPages.filter(({ cache }) => cache === 'hit').length).toBeGreaterThan(35);
  });

  it('gives each session one person, and no session of the month another day after it', () => {
    const owners = new Map<string, string>();
    for (const { sessionId, userId } of whole) {
      expect(owners.get(sessionId) ?? userId).toBe(userId);
      owners.set(sessionId, userId);
    }
    const ofMonth = new Set(month.map(({ sessionId }) => sessionId));
    expect(since.some(({ sessionId }) => ofMonth.has(sessionId))).toBe(false);
  });

  it('names tenant, instance and users as it is told, and takes its answers from the system', () => {
    expect(whole.every((one) => one.tenantId === 'school' && one.instance === 'one')).toBe(true);
    expect(whole.every(({ userId }) => userId.startsWith('school-'))).toBe(true);
    const logins = month.filter(({ endpoint, status }) => endpoint === '/api/login' && status === 200);
    const mean = logins.reduce((sum, { duration }) => sum + duration, 0) / logins.length / 1000;
    expect(Math.abs(mean / 156 - 1)).toBeLessThan(0.1);
    expect(month.filter(({ status }) => status === 423).length).toBeGreaterThan(0);
  });

  it('is the same for the same seed, and its beginning is the history with an earlier end', () => {
    const earlier = history('2026-11-20T09:00:00+07:00');
    expect(earlier).toEqual(whole.slice(0, earlier.length));
    expect(history(UNTIL, 2)).not.toEqual(whole);
  });

  it('refuses an end that is no date', () => {
    expect(() => history('never')).toThrow(RangeError);
  });
});
