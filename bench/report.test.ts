import { describe, expect, it } from 'vitest';
import { median, report } from './report.ts';

describe('report', () => {
  it('passes only when every target is reached', () => {
    const targets = [
      { figure: 'ratio', atLeast: 0.7 },
      { figure: 'delay', atMost: 2 },
    ];
    expect(report('x', { ratio: 0.7, delay: 2 }, targets).passed).toBe(true);
    expect(report('x', { ratio: 0.69, delay: 2 }, targets).passed).toBe(false);
    expect(report('x', { ratio: 0.9, delay: 2.1 }, targets).passed).toBe(false);
  });

  it('takes a figure that was not measured for a missed target', () => {
    expect(report('x', {}, [{ figure: 'ratio', atLeast: 0 }]).passed).toBe(false);
    expect(report('x', { ratio: Number.NaN }, [{ figure: 'ratio', atMost: 1 }]).passed).toBe(false);
  });
});

describe('median', () => {
  it('is the middle, or the mean of the two middle values', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });
});
