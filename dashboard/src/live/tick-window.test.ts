import { describe, expect, it } from 'vitest';
import { parseTick, type Tick } from './tick.ts';
import {
  bySecond,
  resumePoint,
  summarise,
  type TickWindow,
  WINDOW_SECONDS,
  withTick,
} from './tick-window.ts';

const START = Date.parse('2026-11-21T10:00:00Z');

function tick(seq: number, overrides: Partial<Tick> = {}): Tick {
  return {
    timestamp: new Date(START + seq * 1000).toISOString(),
    epoch: 'a',
    seq,
    api_calls: 1000 + seq,
    data_transfer_bytes: 5_000 * seq,
    active_users: 12,
    concurrent_users: 3,
    cpu_usage: 4.5,
    memory_usage: 30,
    cost_estimate: null,
    interval: { api_calls: seq % 5, errors: 0 },
    ...overrides,
  };
}

const windowOf = (...ticks: Tick[]): TickWindow => ticks.reduce<TickWindow>(withTick, []);

describe('withTick', () => {
  it('applies a tick once, however often it arrives', () => {
    const once = windowOf(tick(1), tick(2));
    expect(withTick(once, tick(2))).toBe(once);
    expect(withTick(once, tick(1))).toBe(once);
  });

  it('starts anew when the server has', () => {
    const anew = withTick(windowOf(tick(500), tick(501)), tick(1, { epoch: 'b' }));
    expect(anew.map(({ epoch, seq }) => [epoch, seq])).toEqual([['b', 1]]);
    expect(resumePoint(anew)).toBe('b:1');
  });

  it('keeps two minutes', () => {
    const ticks = Array.from({ length: WINDOW_SECONDS + 30 }, (_, index) => tick(index + 1));
    const window = windowOf(...ticks);
    expect(window).toHaveLength(WINDOW_SECONDS);
    expect(window.at(-1)?.seq).toBe(WINDOW_SECONDS + 30);
  });
});

describe('bySecond', () => {
  it('leaves a gap, not a zero, where a second was lost', () => {
    const series = bySecond(windowOf(tick(1), tick(2), tick(4)));
    expect(series.seconds).toHaveLength(WINDOW_SECONDS);
    expect(series.requests.slice(-4)).toEqual([1, 2, null, 4]);
    expect(series.requests[0]).toBeNull();
  });

  it('puts ticks that are some milliseconds off on their second', () => {
    const late = tick(2, { timestamp: new Date(START + 2_012).toISOString() });
    const early = tick(3, { timestamp: new Date(START + 2_995).toISOString() });
    expect(bySecond(windowOf(tick(1), late, early)).requests.slice(-3)).toEqual([1, 2, 3]);
  });
});

describe('summarise', () => {
  it('adds up what was seen', () => {
    const failing = tick(4, { interval: { api_calls: 8, errors: 2 } });
    expect(summarise(windowOf(tick(1), tick(2), failing))).toEqual({ mean: 11 / 3, peak: 8, errors: 2 });
    expect(summarise([])).toEqual({ mean: 0, peak: 0, errors: 0 });
  });
});

describe('parseTick', () => {
  it('reads what it should and refuses everything else', () => {
    expect(parseTick(JSON.stringify(tick(7)))?.seq).toBe(7);
    for (const message of [
      '',
      '{',
      'null',
      '[]',
      new ArrayBuffer(4),
      JSON.stringify({ ...tick(1), seq: '1' }),
    ]) {
      expect(parseTick(message)).toBeUndefined();
    }
    expect(parseTick(JSON.stringify({ ...tick(1), timestamp: 'soon' }))).toBeUndefined();
    expect(parseTick(JSON.stringify({ ...tick(1), interval: null }))).toBeUndefined();
  });
});
