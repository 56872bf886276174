import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Parameters } from '../../simulator/src/calibration/parameter.ts';
import { calibratedParameters } from '../../simulator/src/calibration/parameters.ts';
import { USER_CLASSES, type UserClass } from '../../simulator/src/population/user-class.ts';
import { simulateMonth } from '../../simulator/src/run/simulate-month.ts';
import { documentedScenario } from '../../simulator/src/scenario/documented.ts';
import type { Scenario } from '../../simulator/src/scenario/scenario.ts';
import { type BenchOptions, median, type Target } from '../report.ts';
import type { Measured } from './mm4.ts';

const SEED = 1;
/** The first ones build the model and are compiled; they are not counted. */
const WARM_UP = 5;
const MONTHS = 30;
const CROWD = 10_000;
const CROWD_MONTHS = 3;
/** Children of PHP-FPM and connections that so many people need. */
const CROWD_SERVER = { cores: 64, memoryGb: 256, diskGb: 4_000, workers: 2_000, connectionPool: 2_000 };
const MS_PER_SECOND = 1_000;
const PROGRAM = fileURLToPath(new URL('../../simulator/src/cli/main.ts', import.meta.url));

const FIGURES = {
  month: 'the documented month, ms a replication',
  crowd: `${CROWD} people for 30 days, s a replication`,
  report: `${MONTHS} replications of the month with the report, s, the program's start included`,
};

const TARGETS: readonly Target[] = [
  { figure: FIGURES.month, atMost: 50 },
  { figure: FIGURES.crowd, atMost: 3 },
  { figure: FIGURES.report, atMost: 5 },
];

/** What a month takes: alone on one thread, with many people, and as a user asks for it. */
export async function measureMonth({ progress }: BenchOptions): Promise<Measured> {
  const parameters = calibratedParameters();
  const month = times(documentedScenario(), parameters, WARM_UP + MONTHS).slice(WARM_UP);
  progress(`${FIGURES.month}: ${median(month).toFixed(1)}`);
  const crowd = times(crowdScenario(), parameters, CROWD_MONTHS);
  progress(`${FIGURES.crowd}: ${(median(crowd) / MS_PER_SECOND).toFixed(2)}`);
  const whole = await reportTime();
  progress(`${FIGURES.report}: ${whole.toFixed(2)}`);
  return {
    figures: {
      [FIGURES.month]: median(month),
      [FIGURES.crowd]: median(crowd) / MS_PER_SECOND,
      [FIGURES.report]: whole,
    },
    targets: TARGETS,
  };
}

/** Milliseconds of each replication, one after the other on this thread. */
function times(scenario: Scenario, parameters: Parameters, replications: number): number[] {
  return Array.from({ length: replications }, (_, replication) => {
    const before = performance.now();
    simulateMonth({ scenario, parameters, seed: SEED, replication });
    return performance.now() - before;
  });
}

/** The documented classes in their proportions. */
function crowdScenario(): Scenario {
  const documented = documentedScenario();
  const all = USER_CLASSES.reduce((sum, userClass) => sum + documented.people[userClass], 0);
  const people = { ...documented.people };
  for (const userClass of USER_CLASSES) {
    people[userClass] = Math.round((documented.people[userClass] * CROWD) / all);
  }
  const named: Readonly<Record<UserClass, number>> = people;
  return {
    ...documented,
    name: 'crowd',
    people: named,
    counts: 'rates',
    incidents: documented.incidents.filter(({ kind }) => kind === 'registration-rush'),
    server: CROWD_SERVER,
  };
}

/** Seconds of `simulate validate --html`, whose exit code says whether the figures are met and not whether it works. */
async function reportTime(): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'riwayat-bench-'));
  const html = join(directory, 'month.html');
  const before = performance.now();
  try {
    await new Promise<void>((resolve, reject) => {
      const options = ['--import', 'tsx', '--conditions=@riwayat/source'];
      const args = [PROGRAM, 'validate', '--replications', String(MONTHS), '--html', html];
      execFile(process.execPath, [...options, ...args], (error, _out, errors) => {
        if (error === null || error.code === 1) {
          resolve();
        } else {
          reject(new Error(`simulate validate failed: ${errors}`, { cause: error }));
        }
      });
    });
    return (performance.now() - before) / MS_PER_SECOND;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
