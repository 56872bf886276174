import { describe, expect, it } from 'vitest';
import type { FigureId } from '../figures/figures.ts';
import type { MemoryPart, MemorySamples } from '../run/month-run.ts';
import { memoryQuestions, totalMemory } from './questions.ts';

const DAY = 1440;
const HOUR = 60;

/** A month in which every part has the same amount at all times, MB. */
function constantMonth(days = 30): MemorySamples {
  const part = (megabytes: number): Float32Array => new Float32Array(days * DAY).fill(megabytes);
  return {
    application: part(1600),
    database: part(1200),
    cache: part(600),
    sessions: part(300),
    'file-buffers': part(50),
    system: part(100),
  };
}

function ask(id: FigureId, parts: MemorySamples): number {
  return memoryQuestions.get(id)?.({ parts, total: totalMemory(parts) }) ?? Number.NaN;
}

/** Raises a part from one minute until another. */
function raise(parts: MemorySamples, part: MemoryPart, from: number, until: number, megabytes: number): void {
  for (let minute = from; minute < until; minute += 1) {
    parts[part][minute] = (parts[part][minute] ?? 0) + megabytes;
  }
}

describe('memoryQuestions', () => {
  it('gives the total for every total, and adds the parts that a documented part includes', () => {
    const month = constantMonth();
    for (const id of [
      'memory.day-1.06',
      'memory.day-7.24',
      'memory.week-2.mean',
      'memory.week-3.peak',
    ] as const) {
      expect(ask(id, month), id).toBeCloseTo(3.85, 6);
    }
    expect(ask('memory.days-1-2.application', month)).toBeCloseTo(1.9, 6);
    expect(ask('memory.peak.database', month)).toBeCloseTo(1.8, 6);
    expect(ask('memory.week-4.services', month)).toBeCloseTo(0.15, 6);
  });

  it('takes the five highest minutes together as a peak, not a single one', () => {
    const month = constantMonth();
    raise(month, 'application', 9 * DAY, 9 * DAY + 1, 500);
    expect(ask('memory.week-2.peak', month)).toBeCloseTo(3.95, 6);
  });

  it('asks for the parts of the peak when the total is highest within an hour of 19:45 on day 12', () => {
    const month = constantMonth();
    const evening = 11 * DAY + 20 * HOUR;
    raise(month, 'sessions', evening, evening + 10, 200);
    expect(ask('memory.peak.sessions', month)).toBeCloseTo(0.5, 6);
    raise(month, 'sessions', evening + 2 * HOUR, evening + 3 * HOUR, 900);
    expect(ask('memory.peak.sessions', month)).toBeCloseTo(0.5, 6);
  });

  it('ends day 1 with its last half hour, so that day 2 does not count', () => {
    const month = constantMonth();
    raise(month, 'database', DAY, DAY + HOUR, 400);
    expect(ask('memory.day-1.24', month)).toBeCloseTo(3.85, 6);
  });

  it('does not let nights or a short peak into the steady state', () => {
    const month = constantMonth();
    for (let day = 21; day < 30; day += 1) {
      raise(month, 'application', day * DAY, day * DAY + 8 * HOUR, -1000);
      raise(month, 'application', day * DAY + 19 * HOUR, day * DAY + 21 * HOUR, 700);
    }
    expect(ask('memory.week-4.steady', month)).toBeCloseTo(3.85, 6);
    expect(ask('memory.week-4.application', month)).toBeCloseTo(1.6, 6);
  });

  it('has no answer about days that a run does not have', () => {
    expect(ask('memory.week-4.steady', constantMonth(7))).toBeNaN();
    expect(ask('memory.week-2.peak', constantMonth(7))).toBeNaN();
    expect(ask('memory.day-7.mean', constantMonth(7))).toBeCloseTo(3.85, 6);
  });
});
