import { describe, expect, it } from 'vitest';
import { documented } from '../figures/figures.ts';
import { roleOf, USER_CLASSES } from '../population/user-class.ts';
import { CLASS_TOTALS } from './class-totals.ts';
import { PERIODS } from './periods.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('CLASS_TOTALS', () => {
  it('adds up to the documented total of every period', () => {
    for (const { id, requests } of PERIODS) {
      expect(sum(CLASS_TOTALS[id])).toBe(requests);
      expect(Math.min(...CLASS_TOTALS[id])).toBeGreaterThan(0);
    }
  });

  it('adds up to the documented month of each kind of mentor', () => {
    const month = (userClass: (typeof USER_CLASSES)[number]): number =>
      sum(PERIODS.map(({ id }) => CLASS_TOTALS[id][USER_CLASSES.indexOf(userClass)] ?? 0));
    expect(month('mentor-superstar')).toBe(734);
    expect(month('mentor-regular')).toBe(1470);
    expect(month('mentor-novice')).toBe(312);
  });

  it('leaves mentors the share of week 3 in the weeks around it, which the document does not ask for', () => {
    for (const id of ['week-2', 'days-22-30'] as const) {
      const mentors = sum(
        CLASS_TOTALS[id].filter((_, index) => roleOf(USER_CLASSES[index] ?? 'browser') === 'mentor'),
      );
      const share = mentors / sum(CLASS_TOTALS[id]);
      expect(share).toBeCloseTo(documented('requests.week-3.mentor') / documented('requests.week-3'), 2);
    }
  });
});
