import { describe, expect, it } from 'vitest';
import { documented, documentedFigures, type FigureId, figure } from './figures.ts';

function sum(...ids: FigureId[]): number {
  return ids.reduce((total, id) => total + documented(id), 0);
}

describe('documentedFigures', () => {
  it('names each figure once, with a finite value and its section', () => {
    const ids = documentedFigures.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { value, section } of documentedFigures) {
      expect(Number.isFinite(value)).toBe(true);
      expect(section).not.toBe('');
    }
  });

  it('says of every contradicted figure what it contradicts and what is used', () => {
    for (const { id, kind, note } of documentedFigures) {
      if (kind === 'contradicted') {
        expect(note, id).toMatch(/;/);
      }
    }
  });

  it('adds the classes up to sixty people', () => {
    expect(
      sum('population.mentors', 'population.learners', 'population.browsers', 'population.occasional') +
        sum('population.admins', 'population.inactive'),
    ).toBe(documented('population.total'));
    expect(sum('population.mentor-superstar', 'population.mentor-regular', 'population.mentor-novice')).toBe(
      documented('population.mentors'),
    );
    expect(sum('population.learner-heavy', 'population.learner-regular')).toBe(
      documented('population.learners'),
    );
  });

  it('adds the days of week 2 and the roles of week 3 up to the documented totals', () => {
    const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
    expect(sum(...days.map((day) => `requests.week-2.${day}` as const))).toBe(documented('requests.week-2'));
    const roles = ['learner', 'browser', 'mentor', 'occasional', 'admin', 'inactive'] as const;
    expect(sum(...roles.map((role) => `requests.week-3.${role}` as const))).toBe(
      documented('requests.week-3'),
    );
  });

  it('holds the arithmetic of the money that agrees with itself', () => {
    expect(documented('business.revenue') - documented('business.costs')).toBe(documented('business.profit'));
    expect(documented('business.costs') / documented('population.total')).toBe(
      documented('business.cost-per-user'),
    );
    expect(documented('business.revenue') / documented('population.total')).toBe(
      documented('business.revenue-per-user'),
    );
  });

  it('finds the contradictions that the notes speak of', () => {
    expect(
      sum('requests.days-1-2.registration', 'requests.days-1-2.login', 'requests.days-1-2.profile') +
        sum('requests.days-1-2.browsing', 'requests.days-1-2.mentor'),
    ).toBe(1342);
    expect(
      7 * documented('requests.days-22-30.weekday') + 2 * documented('requests.days-22-30.weekend'),
    ).toBe(3991);
    expect(figure('requests.days-22-30.weekday').kind).toBe('contradicted');
  });
});
