import { type Benchmark, report } from '../report.ts';
import { EVENTS, measureMm4 } from './mm4.ts';
import { measureMonth } from './month.ts';

/** How fast the simulator is. */
export const simulator: Benchmark = {
  summary: 'The engine beside a loop written by hand and SimPy; what a simulated month takes',
  settings: [EVENTS],
  run: async (options) => {
    const engine = await measureMm4(options);
    const month = await measureMonth(options);
    return report('simulator', { ...engine.figures, ...month.figures }, [
      ...engine.targets,
      ...month.targets,
    ]);
  },
};
