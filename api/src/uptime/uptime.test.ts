import { expect, it } from 'vitest';
import { bitOf, hourOf, MS_PER_MINUTE, minutesIn } from './minutes.ts';
import { percentNumber, shareUp, type UptimeQuestion, uptimeOf } from './uptime.ts';

const START = new Date('2026-11-01T00:00:00Z');
const minute = (n: number): Date => new Date(START.getTime() + n * MS_PER_MINUTE);
const numberOf = (n: number): number => minute(n).getTime() / MS_PER_MINUTE;

/** A span of two hours, long over, in which somebody answered in each minute but some. */
function question(silent: (n: number) => boolean, changes: Partial<UptimeQuestion> = {}): UptimeQuestion {
  return {
    span: { from: START, to: minute(120) },
    knownSince: START,
    now: minute(1_000),
    answered: new Set(
      Array.from({ length: 120 }, (_, n) => n)
        .filter((n) => !silent(n))
        .map(numberOf),
    ),
    maintenance: [],
    ...changes,
  };
}

it('is up in each minute in which somebody answered, and down in every other, also when nobody asked', () => {
  const uptime = uptimeOf(question((n) => (n >= 10 && n < 13) || n === 119));
  expect(uptime).toMatchObject({ minutesUp: 116, minutesDown: 4, minutesOfMaintenance: 0 });
  expect(uptime.incidents).toEqual([
    { from: minute(10), to: minute(13), minutes: 3 },
    { from: minute(119), to: minute(120), minutes: 1 },
  ]);
});

it('does not count maintenance, whether it answered then or not, and cuts an outage at it', () => {
  const maintenance = [{ from: minute(20), to: minute(30) }];
  const uptime = uptimeOf(question((n) => n >= 15 && n < 35, { maintenance }));
  expect(uptime).toMatchObject({ minutesUp: 100, minutesDown: 10, minutesOfMaintenance: 10 });
  expect(uptime.incidents).toEqual([
    { from: minute(15), to: minute(20), minutes: 5 },
    { from: minute(30), to: minute(35), minutes: 5 },
  ]);
});

it('judges nothing before it was first known, and nothing of the last two minutes', () => {
  const uptime = uptimeOf(question(() => false, { knownSince: minute(60), now: minute(90) }));
  expect(uptime).toMatchObject({
    known: { from: minute(60), to: minute(89) },
    minutesUp: 29,
    minutesDown: 0,
  });
  expect(uptimeOf(question(() => false, { knownSince: undefined })).known).toBeUndefined();
  expect(shareUp(uptimeOf(question(() => false, { knownSince: undefined })))).toBeUndefined();
});

it('rounds down: what was not up all the time is not 100 percent', () => {
  const nearly = { known: undefined, minutesOfMaintenance: 0, incidents: [], minutesDown: 1 };
  expect(percentNumber(shareUp({ ...nearly, minutesUp: 43_199 }) ?? fail())).toBe(99.9976);
  expect(percentNumber(shareUp({ ...nearly, minutesUp: 9_999_999 }) ?? fail())).toBe(99.9999);
  expect(percentNumber(shareUp({ ...nearly, minutesUp: 5, minutesDown: 0 }) ?? fail())).toBe(100);
});

it('keeps the minutes of an hour in one number', () => {
  const times = ['2026-11-01T10:00:00Z', '2026-11-01T10:31:59.999Z', '2026-11-01T10:59:00Z'].map(
    (text) => new Date(text),
  );
  const bits = times.reduce((all, at) => all | bitOf(at), 0n);
  expect(bits < 2n ** 60n).toBe(true);
  const [hour = START] = times.map(hourOf);
  expect(minutesIn(hour, bits).map((n) => new Date(n * MS_PER_MINUTE).toISOString().slice(11, 16))).toEqual([
    '10:00',
    '10:31',
    '10:59',
  ]);
});

function fail(): never {
  throw new Error('There is a share.');
}
