import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { FanOut } from './fan-out.ts';

const MANY = 5_000;

function receivers(count: number): Set<number[]> {
  return new Set(Array.from({ length: count }, () => []));
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await turn();
  }
}

it('gives every message to every receiver, in order', async () => {
  const fanOut = new FanOut<number, number[]>((receiver, message) => receiver.push(message));
  const [many, few] = [receivers(MANY), receivers(3)];
  for (const message of [1, 2, 3]) {
    fanOut.push(message, many);
    fanOut.push(message, few);
  }
  await turns(100);
  for (const received of [...many, ...few]) {
    expect(received).toEqual([1, 2, 3]);
  }
});

it('lets the event loop go on between slices', async () => {
  let delivered = 0;
  const fanOut = new FanOut<number, number[]>(() => {
    delivered += 1;
  });
  fanOut.push(1, receivers(MANY));
  await turn();
  expect(delivered).toBeLessThan(MANY / 2);
  await turns(20);
  expect(delivered).toBe(MANY);
});

it('forgets who left before its turn, and gives nothing to who came after', async () => {
  const fanOut = new FanOut<number, number[]>((receiver, message) => receiver.push(message));
  const all = receivers(MANY);
  const [first = [], ...others] = all;
  const last = others.at(-1) ?? [];
  const late: number[] = [];
  fanOut.push(1, all);
  all.delete(last);
  all.add(late);
  await turns(20);
  expect([first, last, late]).toEqual([[1], [], []]);
});

it('stops at once', async () => {
  const fanOut = new FanOut<number, number[]>((receiver, message) => receiver.push(message));
  const all = receivers(3);
  fanOut.push(1, all);
  fanOut.stop();
  await turns(3);
  expect([...all]).toEqual([[], [], []]);
});
