import { expect, it } from 'vitest';
import { exponential } from './distributions.ts';
import { ExponentialTimes } from './exponential-times.ts';
import { createStream } from './stream.ts';

it('ExponentialTimes are the numbers of exponential, in their order', () => {
  const times = new ExponentialTimes(createStream(3, 'gaps'), 12);
  const stream = createStream(3, 'gaps');
  for (let draw = 0; draw < 1_000; draw += 1) {
    expect(times.next()).toBe(exponential(stream, 12));
  }
});
