import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { planWith } from '../testing/plans.ts';
import type { PlanInput } from './plan.ts';

const CALLS = {
  key: 'calls',
  component: 'api_calls',
  name: { id: 'Panggilan', en: 'Calls' },
  meter: 'api_calls',
} as const;

function withTiers(...ends: (string | null)[]): PlanInput['charges'] {
  return [{ ...CALLS, model: 'tiered', tiers: ends.map((upTo) => ({ upTo, price: '1' })) }];
}

function withCacheStep(percent: string): Partial<PlanInput> {
  return {
    cacheModifier: {
      key: 'cache',
      component: 'rendering',
      name: { id: 'Cache', en: 'Cache' },
      steps: [{ above: '0.9', percent }],
    },
  };
}

const CHARGES: PlanInput['charges'] = [{ ...CALLS, model: 'per-unit', price: '1' }];

describe('a plan', () => {
  it('has tiers that rise to one without an end', () => {
    expect(() => planWith(withTiers('10', '20', null))).not.toThrow();
    expect(() => planWith(withTiers(null))).not.toThrow();
    expect(() => planWith(withTiers('20', '10', null))).toThrow(/rising ends/);
    expect(() => planWith(withTiers('10', '10.0', null))).toThrow(/rising ends/);
    expect(() => planWith(withTiers('10', '20'))).toThrow(/rising ends/);
    expect(() => planWith(withTiers(null, '20', null))).toThrow(/rising ends/);
  });

  it('has a version that every store can count', () => {
    expect(() => planWith(CHARGES, { version: 1_000_000 })).not.toThrow();
    expect(() => planWith(CHARGES, { version: 1_000_001 })).toThrow(/version/);
  });

  it('compares quantities that no floating-point number tells apart', () => {
    expect(() => planWith(withTiers('900000000000000.1', '900000000000000.11', null))).not.toThrow();
    expect(() => planWith(withTiers('900000000000000.11', '900000000000000.1', null))).toThrow(/rising ends/);
  });

  it('has no cap below its minimum, no two charges of one key, and takes off no more than there is', () => {
    expect(() => planWith(CHARGES, { minimum: '10', cap: '9.99' })).toThrow(/below the minimum/);
    expect(() => planWith(CHARGES, { minimum: '10', cap: '10' })).not.toThrow();
    expect(() => planWith([...CHARGES, ...CHARGES])).toThrow(/different keys/);
    expect(() => planWith(CHARGES, withCacheStep('-100'))).not.toThrow();
    expect(() => planWith(CHARGES, withCacheStep('-101'))).toThrow(/more than there is/);
  });

  it('has prices and quantities of plain digits alone', () => {
    for (const price of ['-1', '1e3', '0.5,', ' 1', '1.']) {
      expect(() => planWith([{ ...CALLS, model: 'per-unit', price }])).toThrow(/digits/);
    }
  });

  it('tells what is wrong with any text instead of failing on it', () => {
    for (const wrong of ['x', '', '1e3', '-', '1,5', '٣']) {
      const attempts: [PlanInput['charges'], Partial<PlanInput>][] = [
        [withTiers(wrong, '10', null), {}],
        [withTiers('1', wrong, null), {}],
        [CHARGES, { minimum: wrong, cap: '1' }],
        [CHARGES, { minimum: '1', cap: wrong }],
        [CHARGES, { uptime: wrong }],
        [CHARGES, withCacheStep(wrong)],
        [CHARGES, { limits: { members: wrong } }],
      ];
      for (const [charges, terms] of attempts) {
        expect(() => planWith(charges, terms)).toThrow(z.ZodError);
      }
    }
  });

  it('has bounds of cache hits that fall, and promises at most all of the time', () => {
    const steps = [
      { above: '0.5', percent: '0' },
      { above: '0.9', percent: '-20' },
    ];
    const { cacheModifier } = withCacheStep('0');
    expect(() => planWith(CHARGES, { cacheModifier: cacheModifier && { ...cacheModifier, steps } })).toThrow(
      /falling bounds/,
    );
    expect(() => planWith(CHARGES, { uptime: '100.1' })).toThrow(/at most 100/);
  });
});
