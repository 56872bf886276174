import { describe, expect, it } from 'vitest';
import { Autoscaler, type MinuteSample, type ScalingPolicy } from './autoscaler.ts';

const POLICY: ScalingPolicy = {
  least: 2,
  most: 4,
  out: [
    { metric: 'cpu', beyond: 'above', threshold: 0.8, minutes: 5 },
    { metric: 'queued', beyond: 'above', threshold: 1000, minutes: 1 },
  ],
  in: [{ metric: 'cpu', beyond: 'below', threshold: 0.3, minutes: 10 }],
  cooldown: 10,
};

const CALM: MinuteSample = { cpu: 0.5, memory: 0.5, responseMs: 100, queued: 0, requests: 600 };

/** Changes ordered over some minutes, with the minute of each. */
function orders(samples: readonly Partial<MinuteSample>[], start = 2): { minute: number; change: number }[] {
  const scaler = new Autoscaler(POLICY);
  let instances = start;
  return samples.flatMap((sample) => {
    const order = scaler.decide({ ...CALM, ...sample }, instances);
    instances += order?.change ?? 0;
    return order === null ? [] : [{ minute: order.minute, change: order.change }];
  });
}

const minutes = (count: number, sample: Partial<MinuteSample>): Partial<MinuteSample>[] =>
  Array.from({ length: count }, () => sample);

describe('Autoscaler', () => {
  it('grows when a rule held for as many minutes on end as it asks, and not before', () => {
    expect(orders(minutes(4, { cpu: 0.9 }))).toEqual([]);
    expect(orders([...minutes(4, { cpu: 0.9 }), {}, ...minutes(4, { cpu: 0.9 })])).toEqual([]);
    expect(orders(minutes(5, { cpu: 0.9 }))).toEqual([{ minute: 5, change: 1 }]);
    expect(orders(minutes(1, { queued: 1001 }))).toEqual([{ minute: 1, change: 1 }]);
  });

  it('leaves the cool-down between two changes', () => {
    expect(orders(minutes(30, { cpu: 0.9 })).map(({ minute }) => minute)).toEqual([5, 15]);
  });

  it('keeps to the least and the most, whatever the load', () => {
    expect(orders(minutes(200, { cpu: 1 }))).toHaveLength(2);
    expect(orders(minutes(200, { cpu: 0 }), 4)).toHaveLength(2);
  });

  it('grows rather than shrinks when rules of both directions hold', () => {
    expect(orders(minutes(12, { cpu: 0.1, queued: 2000 }))[0]).toEqual({ minute: 1, change: 1 });
  });
});
