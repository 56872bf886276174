import { describe, expect, it } from 'vitest';
import { documented } from '../figures/figures.ts';
import { USER_ROLES } from '../population/user-class.ts';
import { DAYS_PER_WEEK, dayOf, hourOf, parseStart, startOfDay } from './calendar.ts';
import { DOCUMENTED_START, documentedMonth } from './month.ts';
import type { SimulatedRequest } from './request.ts';

const FIRST_DAY = parseStart(DOCUMENTED_START);
const SEEDS = Array.from({ length: 50 }, (_, index) => index + 1);
const MONTHS = SEEDS.map((seed) => documentedMonth({ seed }));
const WEEK_2 = [512, 467, 445, 498, 523, 356, 326];

function dayCounts(month: readonly SimulatedRequest[]): number[] {
  const counts = new Array<number>(30).fill(0);
  for (const { ts } of month) {
    const day = dayOf(ts) - FIRST_DAY;
    counts[day] = (counts[day] ?? 0) + 1;
  }
  return counts;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

function sessionsOf(month: readonly SimulatedRequest[]): SimulatedRequest[][] {
  const sessions = new Map<string, SimulatedRequest[]>();
  for (const request of month) {
    const session = sessions.get(request.sessionId) ?? [];
    session.push(request);
    sessions.set(request.sessionId, session);
  }
  return [...sessions.values()];
}

describe('documentedMonth', () => {
  it('meets every documented count exactly, for seeds 1 to 50', () => {
    for (const month of MONTHS) {
      const days = dayCounts(month);
      expect(month).toHaveLength(13_880);
      expect(sum(days.slice(0, 2))).toBe(1247);
      expect(sum(days.slice(2, 7))).toBe(1925);
      expect(days.slice(7, 14)).toEqual(WEEK_2);
      expect(sum(days.slice(14, 21))).toBe(3456);
      expect(sum(days.slice(21))).toBe(4125);
      const weekThree = month.filter(({ ts }) => Math.floor((dayOf(ts) - FIRST_DAY) / DAYS_PER_WEEK) === 2);
      for (const role of USER_ROLES) {
        expect(weekThree.filter((request) => request.role === role)).toHaveLength(
          documented(`requests.week-3.${role}`),
        );
      }
    }
  });

  it('gives the three kinds of mentors their documented month exactly', () => {
    for (const month of MONTHS) {
      const of = (userClass: string): number =>
        month.filter((request) => request.userClass === userClass).length;
      expect(of('mentor-superstar')).toBe(2 * 367);
      expect(of('mentor-regular')).toBe(6 * 245);
      expect(of('mentor-novice')).toBe(2 * 156);
    }
  });

  it('is the same, byte for byte, for the same seed, and another for another', () => {
    const again = documentedMonth({ seed: 1 });
    expect(JSON.stringify(again)).toBe(JSON.stringify(MONTHS[0]));
    expect(JSON.stringify(MONTHS[1])).not.toBe(JSON.stringify(MONTHS[0]));
  });

  it('is the same month wherever it starts', () => {
    const shift = 7 * 60 * 86_400_000_000;
    const later = documentedMonth({ seed: 1, start: '2026-10-26' });
    expect(later.map(({ ts, ...rest }) => ({ ts: ts - shift, ...rest }))).toEqual(MONTHS[0]);
  });

  it('is sorted, and keeps each session within one local day', () => {
    for (const month of MONTHS.slice(0, 10)) {
      const outOfOrder = month.filter(
        ({ ts }, index) => !Number.isSafeInteger(ts) || ts < (month[index - 1]?.ts ?? startOfDay(FIRST_DAY)),
      );
      expect(outOfOrder).toEqual([]);
      expect(month.at(-1)?.ts).toBeLessThan(startOfDay(FIRST_DAY + 30));
      const torn = sessionsOf(month).filter(
        (session) =>
          new Set(session.map(({ ts }) => dayOf(ts))).size > 1 ||
          new Set(session.map(({ userKey }) => userKey)).size > 1,
      );
      expect(torn).toEqual([]);
    }
  });

  it('follows the documented hours on the weekdays of days 22 to 30', () => {
    const perHour = new Array<number>(24).fill(0);
    for (const month of MONTHS) {
      const ofMonth = new Array<number>(24).fill(0);
      for (const { ts } of month) {
        const day = dayOf(ts) - FIRST_DAY;
        if (day >= 21 && day % DAYS_PER_WEEK < 5) {
          const hour = hourOf(ts);
          perHour[hour] = (perHour[hour] ?? 0) + 1 / (7 * MONTHS.length);
          ofMonth[hour] = (ofMonth[hour] ?? 0) + 1 / 7;
        }
      }
      expect(Math.abs(mean(ofMonth.slice(19, 21)) - 95)).toBeLessThanOrEqual(4.75);
      expect(Math.abs(mean(ofMonth.slice(2, 6)) - 8)).toBeLessThanOrEqual(0.8);
    }
    expect(Math.abs(mean(perHour.slice(19, 21)) - 95)).toBeLessThan(1.5);
    expect(Math.abs(mean(perHour.slice(2, 6)) - 8)).toBeLessThan(0.3);
    expect(Math.max(...perHour)).toBe(Math.max(...perHour.slice(19, 21)));
  });

  it('does not bunch requests at the edges of hours or days', () => {
    const minutes = new Array<number>(60).fill(0);
    for (const { ts } of MONTHS.flat()) {
      const minute = Math.floor(ts / 60_000_000) % 60;
      minutes[minute] = (minutes[minute] ?? 0) + 1;
    }
    const evenly = sum(minutes) / 60;
    for (const count of minutes) {
      expect(Math.abs(count / evenly - 1)).toBeLessThan(0.12);
    }
  });

  it('lets everybody register first and once, and nobody be in two sessions at once', () => {
    for (const month of MONTHS.slice(0, 10)) {
      const registered = month.filter(
        ({ endpoint, status }) => endpoint === '/api/register' && status === 201,
      );
      const people = registered.map(({ userKey }) => userKey);
      expect(new Set(people).size).toBe(people.length);
      expect(people.length).toBeGreaterThanOrEqual(57);
      const firstRequests = new Map<string, SimulatedRequest>();
      for (const request of month) {
        if (!firstRequests.has(request.userKey)) {
          firstRequests.set(request.userKey, request);
        }
      }
      expect(firstRequests.size).toBe(60);
      for (const request of firstRequests.values()) {
        expect(request.endpoint).toBe('/api/register/cek');
      }
      const endOf = new Map<string, number>();
      for (const session of sessionsOf(month)) {
        const { userKey = '', ts = 0 } = session[0] ?? {};
        expect(ts).toBeGreaterThan(endOf.get(userKey) ?? 0);
        endOf.set(userKey, session.at(-1)?.ts ?? 0);
      }
    }
  });

  it('asks for what needs a log-in only after a log-in of the same session', () => {
    const closed = /^\/api\/(profil|mentor|pelanggan|admin|logout|token)/;
    for (const session of sessionsOf(MONTHS[0] ?? [])) {
      let member = false;
      for (const { endpoint } of session) {
        expect(member || !closed.test(endpoint), endpoint).toBe(true);
        member ||= endpoint === '/api/login';
      }
    }
  });

  it('comes near the documented events of a month', () => {
    const perMonth = (test: (request: SimulatedRequest) => boolean): number =>
      mean(MONTHS.map((month) => month.filter(test).length));
    expect(perMonth(({ status }) => status === 401) / 234).toBeCloseTo(1, 0.9);
    expect(perMonth(({ status }) => status === 429) / 45).toBeCloseTo(1, 0.7);
    expect(perMonth(({ status }) => status >= 500) / 13_880).toBeCloseTo(0.003, 3);
    expect(perMonth(({ kind, status }) => kind === 'upload' && status === 422)).toBeGreaterThan(6);
    const pages = MONTHS.flat().filter(({ cache }) => cache !== 'none');
    expect(pages.filter(({ cache }) => cache === 'hit').length / pages.length).toBeGreaterThan(0.85);
    const browsers = MONTHS.flatMap(sessionsOf).filter((session) => session[0]?.userClass === 'browser');
    const later = browsers.filter((session) => dayOf(session[0]?.ts ?? 0) - FIRST_DAY >= 7);
    expect(later.filter(({ length }) => length === 1).length / later.length).toBeCloseTo(0.23, 1);
    const visits = later.map((session) => ((session.at(-1)?.ts ?? 0) - (session[0]?.ts ?? 0)) / 60_000_000);
    expect(Math.abs(mean(visits) - 12)).toBeLessThan(1.2);
  });

  it('has the documented mean times of each endpoint', () => {
    const all = MONTHS.flat().filter(({ status }) => status < 400);
    const meanMs = (method: string, endpoint: string): number =>
      mean(
        all
          .filter((one) => one.method === method && one.endpoint === endpoint)
          .map((one) => one.durationMicros),
      ) / 1000;
    const expected: [string, string, number][] = [
      ['GET', '/api/public/kursus', 89],
      ['GET', '/api/public/mentor', 92],
      ['POST', '/api/login', 156],
      ['GET', '/api/mentor/daftar-sesi', 178],
      ['POST', '/api/pelanggan/pesan-sesi', 234],
      ['POST', '/api/admin/verifikasi-pembayaran', 345],
      ['POST', '/api/pelanggan/bukti-pembayaran', 1200],
    ];
    for (const [method, endpoint, milliseconds] of expected) {
      expect(Math.abs(meanMs(method, endpoint) / milliseconds - 1), endpoint).toBeLessThan(0.1);
    }
  });

  it('refuses a start that is no Monday and says which one was near', () => {
    expect(() => documentedMonth({ seed: 1, start: '2025-09-03' })).toThrow(/not a Monday.*2025-09-01/);
    expect(() => documentedMonth({ seed: 1, start: '2025-02-30' })).toThrow(/not a date/);
    expect(() => documentedMonth({ seed: 1, start: 'soon' })).toThrow(/not a date/);
  });
});
