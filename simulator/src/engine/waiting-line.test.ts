import { expect, it } from 'vitest';
import { WaitingLine } from './waiting-line.ts';

it('WaitingLine keeps the order while it grows and its ends go round', () => {
  const line = new WaitingLine();
  const left: number[] = [];
  for (let customer = 0; customer < 500; customer += 1) {
    line.push(customer, customer / 2, -customer);
    if (customer % 3 === 0) {
      expect([line.since, line.units]).toEqual([line.customer / 2, 0 - line.customer]);
      left.push(line.customer);
      line.shift();
    }
  }
  while (line.length > 0) {
    left.push(line.customer);
    line.shift();
  }
  expect(left).toEqual(Array.from({ length: 500 }, (_, customer) => customer));
});
