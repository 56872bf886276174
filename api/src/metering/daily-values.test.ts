import { describe, expect, it } from 'vitest';
import { dailyValues, type ToldOnDay } from './daily-values.ts';

function told(index: number | undefined, last: string | null, more: Partial<ToldOnDay> = {}): ToldOnDay {
  return { index, last, largest: last, sum: last, ...more };
}

function values(...question: Parameters<typeof dailyValues>): string[] {
  return dailyValues(...question).map((value) => value.toFixed());
}

describe('a state', () => {
  it('lasts from before the first day until something else is said of it', () => {
    expect(values('storage', [told(undefined, '2.5'), told(2, '3')], 4)).toEqual(['2.5', '2.5', '3', '3']);
  });

  it('is nothing before anything was said of it', () => {
    expect(values('storage', [told(1, '3')], 3)).toEqual(['0', '3', '3']);
    expect(values('members', [], 2)).toEqual(['0', '0']);
  });

  it('is the last of its day, or the largest, the one that the day began with included', () => {
    const days = [told(undefined, '10'), told(0, '4', { largest: '7' }), told(1, '5', { largest: '12' })];
    expect(values('storage', days, 3)).toEqual(['4', '5', '5']);
    expect(values('members', days, 3)).toEqual(['10', '12', '5']);
  });

  it('stays what it was when what is said of it makes no sense', () => {
    expect(values('members', [told(0, '8'), told(1, null)], 3)).toEqual(['8', '8', '8']);
  });
});

it('adds up what happens, and nothing from before', () => {
  const days = [told(undefined, '99'), told(0, '1', { sum: '3' }), told(2, '1', { sum: '1' })];
  expect(values('transactions', days, 3)).toEqual(['3', '0', '1']);
});
