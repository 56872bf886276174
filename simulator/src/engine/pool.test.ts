import { expect, it } from 'vitest';
import { Column, Pool } from './pool.ts';

it('Pool gives each thing an id of its own and uses those given back', () => {
  const pool = new Pool();
  const taken = new Set(Array.from({ length: 100 }, () => pool.take()));
  expect(taken.size).toBe(100);
  for (const id of taken) {
    pool.release(id);
  }
  expect(pool.count).toBe(0);
  const again = new Set(Array.from({ length: 100 }, () => pool.take()));
  expect(again).toEqual(taken);
  expect(pool.count).toBe(100);
});

it('Column keeps a number for each id, however many there are', () => {
  const column = new Column();
  for (let id = 1000; id >= 0; id -= 1) {
    column.set(id, id / 3);
  }
  for (let id = 0; id <= 1000; id += 1) {
    expect(column.get(id)).toBe(id / 3);
  }
  expect(column.get(5000)).toBe(0);
});
