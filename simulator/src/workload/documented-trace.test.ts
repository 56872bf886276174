import { describe, expect, it } from 'vitest';
import { USER_CLASSES } from '../population/user-class.ts';
import { documentedScenario } from '../scenario/documented.ts';
import { DAYS_PER_WEEK } from './calendar.ts';
import { ACTIONS, endpointOf } from './endpoints.ts';
import { generateTrace } from './generate.ts';
import type { RequestTrace } from './trace.ts';

const DAY = 86_400;
const HOUR = 3600;
const MINUTE = 60;
const scenario = documentedScenario();
const MONTHS = Array.from({ length: 50 }, (_, index) =>
  generateTrace({ scenario, parameters: {}, seed: index + 1, replication: 0 }),
);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

interface Session {
  readonly person: number;
  readonly userClass: string;
  /** Seconds since the month's first midnight. */
  readonly times: number[];
  readonly paths: string[];
}

/** In the order of their first requests. */
function sessionsOf({ at, action, session, sessions, people }: RequestTrace): Session[] {
  const found = Array.from(sessions.person, (person): Session => {
    return { person, userClass: USER_CLASSES[people[person] ?? 0] ?? '', times: [], paths: [] };
  });
  for (const [request, number] of session.entries()) {
    const name = ACTIONS[action[request] ?? 0] ?? 'logout';
    found[number]?.times.push(at[request] ?? 0);
    found[number]?.paths.push(endpointOf(name).path);
  }
  return found;
}

const dayOf = (time: number): number => Math.floor(time / DAY);

describe('documentedTrace', () => {
  it('gives the three kinds of mentors their documented month exactly', () => {
    for (const { session, sessions, people } of MONTHS) {
      const of = (userClass: string): number =>
        session.filter((number) => USER_CLASSES[people[sessions.person[number] ?? 0] ?? 0] === userClass)
          .length;
      expect(of('mentor-superstar')).toBe(2 * 367);
      expect(of('mentor-regular')).toBe(6 * 245);
      expect(of('mentor-novice')).toBe(2 * 156);
    }
  });

  it('keeps each session within one local day', () => {
    for (const month of MONTHS.slice(0, 10)) {
      const torn = sessionsOf(month).filter(({ times }) => new Set(times.map(dayOf)).size > 1);
      expect(torn).toEqual([]);
    }
  });

  it('follows the documented hours on the weekdays of days 22 to 30', () => {
    const perHour = new Array<number>(24).fill(0);
    for (const { at } of MONTHS) {
      const ofMonth = new Array<number>(24).fill(0);
      for (const time of at) {
        const day = dayOf(time);
        if (day >= 21 && day % DAYS_PER_WEEK < 5) {
          const hour = Math.floor((time % DAY) / HOUR);
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
    for (const { at } of MONTHS) {
      for (const time of at) {
        const minute = Math.floor((time % HOUR) / MINUTE);
        minutes[minute] = (minutes[minute] ?? 0) + 1;
      }
    }
    const evenly = sum(minutes) / 60;
    for (const count of minutes) {
      expect(Math.abs(count / evenly - 1)).toBeLessThan(0.12);
    }
  });

  it('lets everybody register first and once, and nobody be in two sessions at once', () => {
    for (const month of MONTHS.slice(0, 10)) {
      const registered = Array.from(month.session).filter(
        (_, request) => ACTIONS[month.action[request] ?? 0] === 'register',
      );
      const people = registered.map((session) => month.sessions.person[session]);
      expect(new Set(people).size).toBe(people.length);
      expect(people.length).toBeGreaterThanOrEqual(57);
      const endOf = new Map<number, number>();
      for (const { person, times, paths } of sessionsOf(month)) {
        const before = endOf.get(person);
        if (before === undefined) {
          expect(paths[0]).toBe('/api/register/cek');
        }
        expect(times[0]).toBeGreaterThan(before ?? 0);
        endOf.set(person, times.at(-1) ?? 0);
      }
      expect(endOf.size).toBe(60);
    }
  });

  it('asks for what needs a log-in only after a log-in of the same session', () => {
    const closed = /^\/api\/(profil|mentor|pelanggan|admin|logout|token)/;
    for (const { paths } of MONTHS.slice(0, 1).flatMap(sessionsOf)) {
      let member = false;
      for (const path of paths) {
        expect(member || !closed.test(path), path).toBe(true);
        member ||= path === '/api/login';
      }
    }
  });

  it('has browsers leave after one page, and stay, as often and as long as documented', () => {
    const settled = MONTHS.flatMap(sessionsOf).filter(
      ({ userClass, times }) => userClass === 'browser' && dayOf(times[0] ?? 0) >= DAYS_PER_WEEK,
    );
    const leaving = settled.filter(({ times }) => times.length === 1);
    expect(leaving.length / settled.length).toBeCloseTo(0.23, 1);
    const minutes = settled.map(({ times }) => ((times.at(-1) ?? 0) - (times[0] ?? 0)) / MINUTE);
    expect(Math.abs(mean(minutes) - 12)).toBeLessThan(1.2);
  });
});
