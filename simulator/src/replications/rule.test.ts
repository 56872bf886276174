import { describe, expect, it } from 'vitest';
import { standardNormal } from '../random/distributions.ts';
import { createStream } from '../random/stream.ts';
import { tInterval } from '../statistics/t-interval.ts';
import { decide, type PrecisionRule } from './rule.ts';

const rule: PrecisionRule = { precision: 0.05, confidence: 0.95, budget: 1000 };

function draws(mean: number, deviation: number, n: number, purpose: string): number[] {
  const stream = createStream(1, purpose);
  return Array.from({ length: n }, () => mean + deviation * standardNormal(stream));
}

/** The number of replications after which the rule says that it is enough. */
function ending(outputs: readonly number[][], asked: PrecisionRule = rule): number | undefined {
  const all = outputs[0]?.length ?? 0;
  for (let n = 1; n <= all; n += 1) {
    if (
      decide(
        outputs.map((values) => values.slice(0, n)),
        asked,
      ).verdict === 'enough'
    ) {
      return n;
    }
  }
  return undefined;
}

describe('decide', () => {
  it('asks for three replications before it looks', () => {
    expect(decide([[]], rule)).toEqual({ verdict: 'more', wanted: 8 });
    expect(decide([[5, 5]], { ...rule, budget: 3 })).toEqual({ verdict: 'more', wanted: 3 });
    expect(decide([[5, 5, 5]], { ...rule, budget: 3 })).toMatchObject({ verdict: 'enough', precise: true });
  });

  it('looks five replications ahead, even where nothing scatters', () => {
    expect(ending([Array.from({ length: 20 }, () => 5)])).toBe(8);
    expect(decide([[5, 5, 5]], rule)).toEqual({ verdict: 'more', wanted: 8 });
  });

  it('is not deceived by first replications that happen to agree', () => {
    const agreeing = [100, 100.1, 99.9];
    const scattered = draws(100, 20, 400, 'scattered');
    const alone = ending([[...agreeing, ...scattered]]) ?? 0;
    // (1.96 × 20 / 5)² = 61 replications make ± 5 %.
    expect(alone).toBeGreaterThan(30);
    expect(alone).toBeLessThan(120);
  });

  it('waits for the output that is the least precise', () => {
    const steady = draws(100, 1, 400, 'steady');
    const wild = draws(100, 20, 400, 'wild');
    expect(ending([steady])).toBe(8);
    expect(ending([steady, wild])).toBe(ending([wild]));
  });

  it('looks five percent ahead from 100 replications on', () => {
    const wild = draws(100, 40, 1000, 'wilder');
    const end = ending([wild]) ?? 0;
    let first = end;
    const width = (n: number): number => {
      const { mean, halfWidth } = tInterval(wild.slice(0, n), 0.95);
      return halfWidth / mean;
    };
    while (width(first - 1) <= 0.05) {
      first -= 1;
    }
    expect(first).toBeGreaterThan(200);
    expect(end).toBe(first + Math.floor(0.05 * first));
    const precise = decide([wild.slice(0, end)], rule);
    expect(precise).toEqual({ verdict: 'enough', replications: end, precise: true });
    expect(decide([wild.slice(0, end - 1)], rule)).toMatchObject({ verdict: 'more' });
  });

  it('ends with its budget, and says that it is not precise', () => {
    const wild = draws(100, 40, 30, 'budget');
    expect(decide([wild], { ...rule, budget: 30 })).toEqual({
      verdict: 'enough',
      replications: 30,
      precise: false,
    });
  });

  it('estimates how many there must be, within the budget', () => {
    const wild = draws(100, 20, 40, 'estimate');
    const decision = decide([wild], rule);
    const wanted = decision.verdict === 'more' ? decision.wanted : 0;
    // (2.02 × 20 / 5)² = 65 and the look-ahead, but that the deviation is an estimate.
    expect(wanted).toBeGreaterThan(45);
    expect(wanted).toBeLessThan(110);
    expect(decide([wild], { ...rule, budget: 41 })).toEqual({ verdict: 'more', wanted: 41 });
  });

  it('takes an output that is always 0 as precise, and one around 0 as not', () => {
    expect(ending([Array.from({ length: 20 }, () => 0)])).toBe(8);
    expect(ending([[-1, 1, -1, 1, -1, 1, -1, 1, -1, 1]])).toBeUndefined();
  });

  it('refuses outputs that differ in length, and a senseless rule', () => {
    expect(() => decide([[1, 2, 3], [1]], rule)).toThrow(RangeError);
    expect(() => decide([], rule)).toThrow(RangeError);
    expect(() => decide([[1, 2, Number.NaN]], rule)).toThrow(/Value 2 is NaN/);
    expect(() => decide([[1]], { ...rule, budget: 2 })).toThrow(RangeError);
    expect(() => decide([[1]], { ...rule, precision: 0 })).toThrow(RangeError);
  });
});
