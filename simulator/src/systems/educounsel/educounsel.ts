import type { DocumentedSystem } from '../system.ts';
import { EDUCOUNSEL_DOCUMENT, educounselFigures, educounselTolerances } from './figures.ts';
import { simulateEducounsel } from './model.ts';
import { educounselScenario } from './scenario.ts';

const SECONDS_PER_MS = 0.001;
const NEARLY_ALL = 0.95;
/** A quiet hour and a rush, beside the documented users. */
const QUIET = 0.1;
const RUSH = 4;
/** Two orders more, each after the cool-down, and the time to start: the warm-up is nearly enough, and a rush is long to simulate. */
const RUSH_MINUTES = 10;

/** EduCounsel's four flows with the documented users; a quiet hour and a rush, to see where scaling ends. */
export const educounsel: DocumentedSystem = {
  name: 'educounsel',
  title: EDUCOUNSEL_DOCUMENT,
  figures: educounselFigures,
  tolerances: educounselTolerances,
  replicate(seed, replication) {
    const { users } = educounselScenario;
    const documented = simulateEducounsel(educounselScenario, seed, replication);
    const quiet = simulateEducounsel({ ...educounselScenario, users: users * QUIET }, seed, replication);
    const rush = simulateEducounsel(
      { ...educounselScenario, users: users * RUSH, minutes: RUSH_MINUTES },
      seed,
      replication,
    );
    const { login, upload, download, edge, origin, cachedDashboard, freshDashboard } =
      documented.measurements;
    return {
      'login.from': login.mean,
      'login.to': login.quantile(NEARLY_ALL),
      'upload.from': upload.mean * SECONDS_PER_MS,
      'upload.to': upload.quantile(NEARLY_ALL) * SECONDS_PER_MS,
      'download.from': download.mean,
      'download.to': download.quantile(NEARLY_ALL),
      'download.speed-up': origin.mean / edge.mean,
      'dashboard.cached': cachedDashboard.mean,
      'dashboard.fresh': freshDashboard.mean,
      'dashboard.speed-up': freshDashboard.mean / cachedDashboard.mean,
      'instances.desired': documented.meanInstances,
      'instances.least': quiet.lastInstances,
      'instances.most': rush.lastInstances,
    };
  },
};
