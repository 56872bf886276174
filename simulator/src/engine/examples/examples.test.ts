import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { meanWait } from '../testing/formulas.ts';
import { expectTheory, steadyState } from '../testing/steady-state.ts';
import { feedbackNetwork } from './feedback-network.ts';
import { multiServer } from './multi-server.ts';

const LONGEST_MODEL = 40;

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}

it('the page on the engine lists the M/M/c model as it is, and its figure is right', () => {
  expect(read('../README.md')).toContain(`\`\`\`ts\n${read('multi-server.ts')}\`\`\``);
  const { simulation, station } = multiServer(1, 2.8, 1, 4);
  simulation.run(1_000);
  simulation.resetStatistics();
  simulation.run(200_000);
  expect(meanWait(4, 2.8, 1)).toBeCloseTo(0.357, 3);
  expect(station.waitingTime.mean / 0.357).toBeCloseTo(1, 1);
});

it('a model takes forty lines at most', () => {
  for (const file of ['multi-server.ts', 'feedback-network.ts']) {
    expect(read(file).trimEnd().split('\n').length).toBeLessThanOrEqual(LONGEST_MODEL);
  }
});

it('stations of a network with feedback behave as if each had Poisson arrivals of its own (Jackson 1957)', () => {
  const { simulation, application, database, timeInNetwork } = feedbackNetwork(1, 0.75, [1, 0.5], 0.25);
  simulation.measure({ resetStatistics: () => timeInNetwork.reset() });
  const measured = steadyState(
    simulation,
    [application, database],
    {
      application: () => application.present.mean,
      database: () => database.present.mean,
      network: () => timeInNetwork.mean,
    },
    { warmUp: 1_000, batch: 40_000 },
  );
  // Each request passes both stations 1 / (1 - 0.25) times: one a unit of time, instead of 0.75.
  const inApplication = meanWait(2, 1, 1) + 1;
  const inDatabase = meanWait(1, 1, 0.5) + 0.5;
  expectTheory(measured('application'), inApplication);
  expectTheory(measured('database'), inDatabase);
  expectTheory(measured('network'), (inApplication + inDatabase) / 0.75);
});
