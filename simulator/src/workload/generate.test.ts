import { describe, expect, it } from 'vitest';
import { documented } from '../figures/figures.ts';
import { roleOf, USER_CLASSES, USER_ROLES } from '../population/user-class.ts';
import { documentedScenario } from '../scenario/documented.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { ACTIONS, type Action } from './endpoints.ts';
import { generateTrace } from './generate.ts';
import { MONTH_REQUESTS, PERIODS } from './periods.ts';
import type { RequestTrace } from './trace.ts';

const DAY = 86_400;
/** Two-sided 99 % quantile of the standard normal distribution. */
const NORMAL_99 = 2.576;

const DOCUMENTED = documentedScenario();
const RATES: Scenario = { ...DOCUMENTED, counts: 'rates' };
const TWICE: Scenario = { ...RATES, people: timesPeople(2) };

function timesPeople(factor: number): Scenario['people'] {
  const { people } = DOCUMENTED;
  return {
    'mentor-superstar': factor * people['mentor-superstar'],
    'mentor-regular': factor * people['mentor-regular'],
    'mentor-novice': factor * people['mentor-novice'],
    'learner-heavy': factor * people['learner-heavy'],
    'learner-regular': factor * people['learner-regular'],
    browser: factor * people.browser,
    occasional: factor * people.occasional,
    admin: factor * people.admin,
    inactive: factor * people.inactive,
  };
}

function trace(scenario: Scenario, replication = 0, seed = 1): RequestTrace {
  return generateTrace({ scenario, parameters: {}, seed, replication });
}

const bytes = ({ sessions, ...columns }: RequestTrace): string =>
  [...Object.values(columns), ...Object.values(sessions)].map((column) => column.join()).join('\n');

const requestsBetween = ({ at }: RequestTrace, from: number, until: number): number =>
  at.filter((time) => time >= from * DAY && time < until * DAY).length;

const countOf = ({ action }: RequestTrace, name: Action): number => {
  const number = ACTIONS.indexOf(name);
  return action.filter((one) => one === number).length;
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const standardError = (values: readonly number[]): number => {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
};

describe('generateTrace, any counts', () => {
  it('gives the same bytes for the same seed and replication, and others for others', () => {
    for (const scenario of [DOCUMENTED, RATES]) {
      const first = bytes(trace(scenario, 3));
      expect(bytes(trace(scenario, 3))).toBe(first);
      expect(bytes(trace(scenario, 4))).not.toBe(first);
      expect(bytes(trace(scenario, 3, 2))).not.toBe(first);
    }
  });

  it('gives replication 17 alone as it is among thirty', () => {
    for (const scenario of [DOCUMENTED, RATES]) {
      const alone = bytes(trace(scenario, 17));
      const among = Array.from({ length: 30 }, (_, replication) => trace(scenario, replication))[17];
      expect(among && bytes(among)).toBe(alone);
    }
  });

  it('is sorted, within the run, and its sessions span their requests', () => {
    for (const scenario of [DOCUMENTED, RATES, { ...TWICE, days: 3 }]) {
      const { at, session, action, sessions } = trace(scenario);
      const first = new Float64Array(sessions.first.length).fill(Number.POSITIVE_INFINITY);
      const last = new Float64Array(sessions.first.length);
      const lastAction = new Uint8Array(sessions.first.length);
      for (const [index, time] of at.entries()) {
        const number = session[index] ?? 0;
        expect(time).toBeGreaterThanOrEqual(at[index - 1] ?? 0);
        first[number] = Math.min(first[number] ?? 0, time);
        last[number] = time;
        lastAction[number] = action[index] ?? 0;
      }
      expect(at.at(-1)).toBeLessThan(scenario.days * DAY);
      expect(first).toEqual(sessions.first);
      expect(last).toEqual(sessions.last);
      expect(sessions.first).toEqual(sessions.first.toSorted());
      expect(sessions.loggedOut).toEqual(lastAction.map((one) => (ACTIONS[one] === 'logout' ? 1 : 0)));
    }
  });
});

describe('generateTrace, documented counts', () => {
  const months = Array.from({ length: 10 }, (_, replication) => trace(DOCUMENTED, replication));

  it('meets every documented count, with every incident in it', () => {
    for (const month of months) {
      expect(month.at).toHaveLength(MONTH_REQUESTS);
      for (const { firstDay, requests, dayWeights, exactDays } of PERIODS) {
        expect(requestsBetween(month, firstDay, firstDay + dayWeights.length)).toBe(requests);
        for (const [day, count] of exactDays ? dayWeights.entries() : []) {
          expect(requestsBetween(month, firstDay + day, firstDay + day + 1)).toBe(count);
        }
      }
      for (const role of USER_ROLES) {
        const ofRole = month.at.filter((time, request) => {
          const person = month.sessions.person[month.session[request] ?? 0] ?? 0;
          const userClass = USER_CLASSES[month.people[person] ?? 0] ?? 'browser';
          return time >= 14 * DAY && time < 21 * DAY && roleOf(userClass) === role;
        });
        expect(ofRole, role).toHaveLength(documented(`requests.week-3.${role}`));
      }
    }
  });

  it('brings people together before the deadline of day 12, who send files, and not without it', () => {
    const without = {
      ...DOCUMENTED,
      incidents: DOCUMENTED.incidents.filter(({ kind }) => kind !== 'upload-burst'),
    };
    const around = (month: RequestTrace, name: Action): number => {
      const deadline = 11 * DAY + 19.75 * 3600;
      return month.action.filter((one, index) => {
        const time = month.at[index] ?? 0;
        return ACTIONS[one] === name && time >= deadline - 600 && time < deadline + 300;
      }).length;
    };
    const calm = Array.from({ length: 10 }, (_, replication) => trace(without, replication));
    expect(mean(months.map((month) => around(month, 'proof')))).toBeGreaterThan(8);
    expect(mean(calm.map((month) => around(month, 'proof')))).toBeLessThan(2);
    expect(requestsBetween(calm[0] ?? trace(without), 11, 12)).toBe(523);
  });

  it('is not moved by a leak, which changes no request', () => {
    const tight = { ...DOCUMENTED, incidents: DOCUMENTED.incidents.filter(({ kind }) => kind !== 'leak') };
    expect(bytes(trace(tight, 2))).toBe(bytes(trace(DOCUMENTED, 2)));
  });

  it('refuses another population, and says what to do', () => {
    expect(() => trace({ ...DOCUMENTED, people: timesPeople(2) })).toThrow(/counts: rates/);
    expect(() => trace({ ...DOCUMENTED, days: 31 })).toThrow(/30 days/);
    expect(() => trace({ ...DOCUMENTED, start: '2025-09-02' })).toThrow(/not a Monday/);
  });
});

describe('generateTrace, rates', () => {
  const months = Array.from({ length: 40 }, (_, replication) => trace(RATES, replication));
  const doubled = Array.from({ length: 40 }, (_, replication) => trace(TWICE, replication));

  it('asks as much as is documented in every period, within the 99 % interval and 1 %', () => {
    for (const { id, firstDay, requests, dayWeights } of PERIODS) {
      const counts = months.map((month) => requestsBetween(month, firstDay, firstDay + dayWeights.length));
      expect(Math.abs(mean(counts) - requests), id).toBeLessThan(
        NORMAL_99 * standardError(counts) + 0.01 * requests,
      );
    }
  });

  it('doubles the requests with twice the people, within the 99 % interval', () => {
    const one = months.map(({ at }) => at.length);
    const two = doubled.map(({ at }) => at.length);
    const error = Math.hypot(2 * standardError(one), standardError(two));
    expect(Math.abs(mean(two) - 2 * mean(one))).toBeLessThan(NORMAL_99 * error);
  });

  it('lets everybody register once, in the first two days', () => {
    for (const month of doubled.slice(0, 10)) {
      expect(countOf(month, 'register')).toBeLessThanOrEqual(120);
      expect(countOf(month, 'register')).toBeGreaterThan(110);
      const people = new Set(
        month.sessions.person.filter((_, index) => (month.sessions.first[index] ?? 0) < 2 * DAY),
      );
      expect(people.size).toBe(120);
    }
  });

  it('has people do the same when others are added', () => {
    const ofFirstBrowser = (month: RequestTrace): number[] => {
      const browser = month.people.indexOf(USER_CLASSES.indexOf('browser'));
      return Array.from(
        month.at.filter((_, index) => month.sessions.person[month.session[index] ?? 0] === browser),
      );
    };
    expect(ofFirstBrowser(doubled[5] ?? trace(TWICE, 5))).toEqual(
      ofFirstBrowser(months[5] ?? trace(RATES, 5)),
    );
  });

  it('goes on after the month as in its last days', () => {
    const long = trace({ ...TWICE, people: timesPeople(10), days: 58 });
    const weeks = requestsBetween(long, 30, 58) / 4;
    // Days 22 to 30 scaled to 4,125: five weekdays of 501.3 and two weekend days of 308.0, for ten times the people.
    expect(Math.abs(weeks / (10 * (5 * 501.3 + 2 * 308)) - 1)).toBeLessThan(0.02);
  });

  it('without registrations begins as the second week', () => {
    const incidents = RATES.incidents.filter(({ kind }) => kind !== 'registration-rush');
    const settled = trace({ ...RATES, incidents, people: timesPeople(10) });
    expect(countOf(settled, 'register')).toBe(0);
    expect(Math.abs(requestsBetween(settled, 0, 7) / (10 * 3127) - 1)).toBeLessThan(0.03);
  });

  it('takes given rates, lengths and graphs of a class', () => {
    const sessionsOfAdmins = (month: RequestTrace): number => {
      const admin = USER_CLASSES.indexOf('admin');
      return month.sessions.person.filter((person, index) => {
        const settled = (month.sessions.first[index] ?? 0) >= 7 * DAY;
        return settled && month.people[person] === admin;
      }).length;
    };
    const admins = timesPeople(20).admin;
    const busy: Scenario = {
      ...RATES,
      people: timesPeople(20),
      behaviour: { admin: { sessionsPerMonth: 60 } },
    };
    expect(Math.abs(sessionsOfAdmins(trace(busy)) / (admins * 60 * (23 / 30)) - 1)).toBeLessThan(0.06);

    const short: Scenario = {
      ...RATES,
      people: timesPeople(20),
      behaviour: {
        browser: { pagesPerSession: 3 },
        admin: { graph: { start: { login: 1 }, login: { 'users.list': 1 }, 'users.list': { end: 1 } } },
      },
    };
    const month = trace(short);
    const perSession = (name: (typeof USER_CLASSES)[number]): number => {
      const number = USER_CLASSES.indexOf(name);
      const ofClass = (person: number): boolean => month.people[person] === number;
      const late = (time: number): boolean => time >= 7 * DAY;
      const requests = month.at.filter(
        (time, index) => late(time) && ofClass(month.sessions.person[month.session[index] ?? 0] ?? 0),
      );
      return (
        requests.length /
        month.sessions.person.filter(
          (person, index) => late(month.sessions.first[index] ?? 0) && ofClass(person),
        ).length
      );
    };
    expect(perSession('admin')).toBeCloseTo(2, 1);
    expect(Math.abs(perSession('browser') - 3)).toBeLessThan(0.15);
  });
});
