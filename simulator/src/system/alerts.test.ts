import { describe, expect, it } from 'vitest';
import { alertsOf, meansOver, riseOver, shareOver } from './alerts.ts';

describe('alerts', () => {
  it('fire when the signal rises, and again only after it was low', () => {
    const rule = { kind: 'cpu', raise: 0.8, clear: 0.6 } as const;
    const signal = [0.1, 0.9, 0.7, 0.9, 0.6, 0.85, 0.8, 0.81];
    expect(alertsOf(rule, signal).map(({ at }) => at / 60)).toEqual([1, 5]);
  });

  it('see a rise above the mean before, and a share of enough', () => {
    expect([...riseOver(Float32Array.of(10, 12, 14, 20), 2)]).toEqual([0, 0, 3, 7]);
    expect([...shareOver([0, 1, 3], [2, 2, 4], 2, 4)]).toEqual([0, 0.25, expect.closeTo(4 / 6, 5)]);
  });

  it('do not take just as much for more', () => {
    const rule = { kind: 'response-time', raise: 0.1, clear: 0.05 } as const;
    expect(alertsOf(rule, shareOver([3], [30], 1, 30))).toEqual([]);
    expect(alertsOf(rule, shareOver([4], [30], 1, 30))).toHaveLength(1);
  });

  it('see the mean of each whole block from its last sample on', () => {
    expect([...meansOver(Float32Array.of(1, 2, 3, 4, 5, 6, 7), 3)]).toEqual([0, 0, 2, 2, 2, 5, 5]);
  });
});
