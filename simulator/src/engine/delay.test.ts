import { expect, it } from 'vitest';
import { logNormal } from '../random/distributions.ts';
import { createStream } from '../random/stream.ts';
import { Delay } from './delay.ts';
import { Simulation } from './simulation.ts';
import { poissonArrivals } from './testing/poisson-arrivals.ts';
import { expectTheory, steadyState } from './testing/steady-state.ts';

it('Delay holds as many as come in a mean stay, whatever the stays (M/G/∞)', () => {
  const simulation = new Simulation();
  const stays = createStream(1, 'stays');
  const delay = new Delay(simulation, { time: () => logNormal(stays, 3, 1) });
  poissonArrivals(simulation, 1, 2, () => delay.arrive(0));
  const measured = steadyState(
    simulation,
    [delay],
    { present: () => delay.present.mean, response: () => delay.responseTime.mean },
    { warmUp: 1_000, batch: 10_000 },
  );
  expectTheory(measured('present'), 6);
  expectTheory(measured('response'), 3);
});

it('Delay sends customers on in the order in which their times end', () => {
  const simulation = new Simulation();
  const log: string[] = [];
  const delay = new Delay(simulation, {
    time: (customer) => 10 - customer,
    onDeparture: (customer) => log.push(`${simulation.now}: ${customer}`),
  });
  for (const customer of [1, 2, 3]) {
    delay.arrive(customer);
  }
  expect(delay.present.value).toBe(3);
  simulation.run();
  expect(log).toEqual(['7: 3', '8: 2', '9: 1']);
  expect(delay.present.integral).toBe(delay.responseTime.sum);
});
