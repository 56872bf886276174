import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Attribution } from './attribution.ts';

/** Readings that cost nothing. */
const free = (): number => 0;

/** A process whose use is set by hand. */
function process_(): { cpu: () => number; rss: () => number; spent: number; kilobytes: number } {
  const state = { spent: 0, kilobytes: 1_000, cpu: () => state.spent, rss: () => state.kilobytes * 1_000 };
  return state;
}

it('charges requests, together, the CPU spent while any was in flight, and the memory over that time', () => {
  const step = fc.record({
    wait: fc.double({ min: 0, max: 3, noNaN: true }),
    cpu: fc.nat(5_000),
    starts: fc.boolean(),
    which: fc.nat(1_000),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const meter = process_();
      const attribution = new Attribution(meter, free);
      const flying: ReturnType<Attribution['start']>[] = [];
      const charged = { cpu: 0, memory: 0 };
      const spent = { cpu: 0, memory: 0 };
      let now = 0;
      const end = (index: number): void => {
        const [share] = flying.splice(index, 1);
        if (share !== undefined) {
          const charge = attribution.end(share, now);
          expect(charge.cpu).toBeGreaterThanOrEqual(0);
          charged.cpu += charge.cpu;
          charged.memory += charge.memory;
        }
      };
      for (const { wait, cpu, starts, which } of steps) {
        now += wait;
        meter.spent += cpu;
        if (flying.length > 0) {
          spent.cpu += cpu;
          spent.memory += wait * meter.kilobytes;
        }
        if (starts || flying.length === 0) {
          flying.push(attribution.start(now));
        } else {
          end(which % flying.length);
        }
      }
      while (flying.length > 0) {
        end(0);
      }
      expect(attribution.inFlight).toBe(0);
      expect(Math.abs(charged.cpu - spent.cpu)).toBeLessThanOrEqual(1);
      expect(Math.abs(charged.memory - spent.memory)).toBeLessThanOrEqual(1);
    }),
  );
});

it('shares what is spent while two are in flight evenly, and the rest with nobody', () => {
  const meter = process_();
  const attribution = new Attribution(meter, free);
  const first = attribution.start(0);
  meter.spent += 1_000;
  const second = attribution.start(10);
  meter.spent += 4_000;
  expect(attribution.end(first, 20)).toEqual({ cpu: 3_000, memory: 15_000 });
  meter.spent += 500;
  expect(attribution.end(second, 30)).toEqual({ cpu: 2_500, memory: 15_000 });
  meter.spent += 9_999;
  expect(attribution.end(attribution.start(40), 40)).toEqual({ cpu: 0, memory: 0 });
});

it('asks the operating system seldom under load, and loses next to nothing by it', () => {
  const meter = process_();
  let reads = 0;
  const attribution = new Attribution(
    {
      rss: meter.rss,
      cpu: () => {
        reads += 1;
        return meter.cpu();
      },
    },
    free,
  );
  let charged = 0;
  let spent = 0;
  let now = 0;
  for (let i = 0; i < 100_000; i += 1) {
    const share = attribution.start(now);
    now += 0.02;
    meter.spent += 18;
    spent += 18;
    charged += attribution.end(share, now).cpu;
    now += 0.005;
    if (i % 10_000 === 9_999) {
      // Long idle, with work that is nobody's.
      now += 500;
      meter.spent += 100_000;
    }
  }
  expect(reads).toBeLessThan((now - 10 * 500) * 0.5 + 11 * 51);
  expect(Math.abs(charged / spent - 1)).toBeLessThan(0.01);
});

it('asks the less often the more asking costs, and the sum still holds', () => {
  const meter = process_();
  let reads = 0;
  let time = 0;
  const cpu = (): number => {
    reads += 1;
    // 80 µs, as measured with busy threads.
    time += 0.08;
    return meter.cpu();
  };
  const attribution = new Attribution({ rss: meter.rss, cpu }, () => time);
  let charged = 0;
  let spent = 0;
  let now = 0;
  for (let i = 0; i < 200_000; i += 1) {
    const share = attribution.start(now);
    now += 0.02;
    meter.spent += 18;
    spent += 18;
    charged += attribution.end(share, now).cpu;
    now += 0.005;
  }
  expect(reads * 0.08).toBeLessThan(now * 0.006 + 51 * 0.08);
  expect(Math.abs(charged / spent - 1)).toBeLessThan(0.01);
});
