import { type Benchmark, report } from '../report.ts';
import { EVENTS, measureMm4 } from './mm4.ts';

/** How fast the simulator is. */
export const simulator: Benchmark = {
  summary: 'events a second of the engine, beside a loop written by hand and SimPy',
  settings: [EVENTS],
  run: async (options) => {
    const { figures, targets } = await measureMm4(options);
    return report('simulator', figures, targets);
  },
};
