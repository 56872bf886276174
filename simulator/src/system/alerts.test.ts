import { ruleSchema } from '@riwayat/alerting';
import { describe, expect, it } from 'vitest';
import { alertsOf, meansOver, percentOf, riseOver, shareOver } from './alerts.ts';
import { CPU_RULE, MEMORY_RULE, RESPONSE_RULE } from './month-rules.ts';

describe('alerts', () => {
  it('fire when the signal rises, and again only after it was low', () => {
    const signal = [10, 90, 70, 90, 60, 85, 80, 81];
    expect(alertsOf(CPU_RULE, signal).map(({ at }) => at / 60)).toEqual([1, 5]);
  });

  it('see a rise above the mean before, and a share of enough', () => {
    expect([...riseOver(Float32Array.of(10, 12, 14, 20), 2)]).toEqual([Number.NaN, Number.NaN, 3, 7]);
    expect([...shareOver([0, 1, 3], [2, 2, 4], 2, 4)]).toEqual([Number.NaN, 25, expect.closeTo(400 / 6, 5)]);
  });

  it('do not take just as much for more, and end where too little is said', () => {
    const answers = (slow: number): number[] => [...shareOver([slow, 0], [30, 0], 1, 30)];
    expect(alertsOf(RESPONSE_RULE, answers(3))).toEqual([]);
    expect(alertsOf(RESPONSE_RULE, answers(4))).toHaveLength(1);
    expect(alertsOf(RESPONSE_RULE, [...answers(4), ...answers(4)])).toHaveLength(2);
  });

  it('see the mean of each whole block from its last sample on, and are asked once a block', () => {
    expect([...meansOver(Float32Array.of(1, 2, 3, 4, 5, 6, 7), 3)]).toEqual([0, 0, 2, 2, 2, 5, 5]);
    const memory = [0, 99, 99, 99, 80, 80, 80, 80, 80, 90];
    expect(alertsOf(MEMORY_RULE, memory).map(({ at }) => at / 60)).toEqual([9]);
  });

  it('are of percent', () => {
    expect([...percentOf(Float32Array.of(1, 2), 4)]).toEqual([25, 50]);
  });

  it('come of rules that can be kept as JSON', () => {
    expect(ruleSchema.parse(JSON.parse(JSON.stringify(MEMORY_RULE.rule)))).toEqual(MEMORY_RULE.rule);
  });
});
