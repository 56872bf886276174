import { describe, expect, it } from 'vitest';
import { documented, documentedFigures } from '../figures/figures.ts';
import { reconciliation } from './reconciliation.ts';
import { PRIORITIES } from './reconciliation-rules.ts';

const rows = reconciliation();
const used = (prefix: string, names: readonly string[]): number =>
  names.reduce((sum, name) => {
    const row = rows.find(({ figure }) => figure === `${prefix}.${name}`);
    expect(row, `${prefix}.${name}`).toBeDefined();
    return sum + (row?.used ?? 0);
  }, 0);

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const ROLES = ['learner', 'browser', 'mentor', 'occasional', 'admin', 'inactive'];
const SETUP = ['registration', 'login', 'profile', 'browsing', 'mentor'];

describe('reconciliation', () => {
  it('has one row for every figure of the requests, with a reason that names its rank', () => {
    const figures = rows.map(({ figure }) => figure);
    expect(new Set(figures).size).toBe(figures.length);
    const wanted = documentedFigures
      .map(({ id }) => id)
      .filter((id) => id.startsWith('requests.') && id !== 'requests.browser.return');
    expect(figures).toEqual(expect.arrayContaining(wanted));
    for (const row of rows) {
      expect(row.difference).toBeCloseTo(row.used - row.documented, 6);
      expect(Object.values(PRIORITIES).some((rank) => row.reason.includes(rank))).toBe(true);
    }
  });

  it('uses days, weeks, roles and the mentors’ months as they are documented', () => {
    expect(used('requests.week-2', DAYS)).toBe(documented('requests.week-2'));
    expect(used('requests.week-3', ROLES)).toBeCloseTo(documented('requests.week-3'), 6);
    const exact = rows.filter(({ reason }) => reason.startsWith('met exactly'));
    expect(exact.length).toBeGreaterThanOrEqual(20);
    for (const { difference, figure } of exact) {
      expect(difference, figure).toBe(0);
    }
  });

  it('uses the parts of days 1 and 2 as proportions of their total', () => {
    expect(Math.abs(used('requests.days-1-2', SETUP) - documented('requests.days-1-2'))).toBeLessThan(1);
    const share = (name: string): number =>
      used('requests.days-1-2', [name]) / used('requests.days-1-2', SETUP);
    expect(share('registration')).toBeCloseTo(485 / 1342, 2);
    expect(share('mentor')).toBeCloseTo(95 / 1342, 2);
  });

  it('explains whatever it does not use as documented', () => {
    const changed = rows.filter(({ reason }) => !reason.startsWith('met'));
    expect(changed.length).toBeGreaterThan(20);
    for (const { figure, reason } of changed) {
      expect(reason.length, figure).toBeGreaterThan(40);
    }
  });
});
