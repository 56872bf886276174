import { multiServer } from '../../simulator/src/engine/examples/multi-server.ts';
import { type BenchOptions, type BenchSetting, median, type Target } from '../report.ts';
import { type Model, type Outcome, SERVERS, type Timed } from './model.ts';
import { findSimpy, simpyRun } from './simpy.ts';
import { typedLoop } from './typed-loop.ts';

export const EVENTS: BenchSetting = {
  name: 'simulator-events',
  value: 10_000_000,
  meaning: 'events of a turn of the engine',
};

/** Servers are busy seven tenths of the time. */
const MODEL = { arrivalRate: 2.8, meanService: 1 };
const TURNS = 7;
/** Turns before those that count, in which code is compiled. */
const WARM_UP_TURNS = 2;
/** SimPy needs as many times fewer events for a turn of about the same length. */
const SIMPY_SHARE = 1 / 50;
/** Relative: the loop draws the same numbers and adds them up in another order; SimPy draws its own. */
const LOOP_AGREEMENT = 1e-9;
const SIMPY_AGREEMENT = 0.1;
const SEED = 1;

/** The engine is fast enough when it reaches one of these. */
const WANTED_EVENTS_A_SECOND = 10_000_000;
const WANTED_OF_LOOP = 0.5;
const WANTED_OF_SIMPY = 40;

export interface Measured {
  readonly figures: Record<string, number>;
  readonly targets: readonly Target[];
}

/**
 * M/M/4 by the engine, by a loop written by hand and by SimPy, turn by turn in the same minute. Events are arrivals and
 * departures; seconds are of processor time, which other work on the machine lengthens less than it does a clock's.
 */
export async function measureMm4({ progress, setting }: BenchOptions): Promise<Measured> {
  // Each customer arrives and departs.
  const until = setting(EVENTS) / (2 * MODEL.arrivalRate);
  const python = await findSimpy();
  if (python === undefined) {
    console.error('SimPy is not installed (Debian: apt-get install python3-simpy3): it is left out.');
  }
  const engine: number[] = [];
  const loop: number[] = [];
  const simpy: number[] = [];
  for (let turn = 0; turn < WARM_UP_TURNS + TURNS; turn += 1) {
    const model = { ...MODEL, seed: SEED + turn };
    const byLoop = timed(() => typedLoop(model, until));
    const byEngine = timed(() => engineRun(model, until));
    compare('The loop', byLoop, byEngine, LOOP_AGREEMENT);
    const bySimpy = python === undefined ? undefined : await simpyRun(python, model, until * SIMPY_SHARE);
    if (bySimpy !== undefined) {
      compare('SimPy', bySimpy, byEngine, SIMPY_AGREEMENT);
    }
    if (turn >= WARM_UP_TURNS) {
      engine.push(speed(byEngine));
      loop.push(speed(byLoop));
      simpy.push(...(bySimpy === undefined ? [] : [speed(bySimpy)]));
      progress(
        `  turn ${turn - WARM_UP_TURNS + 1} of ${TURNS}: ${Math.round(speed(byEngine) / 1e5) / 10} million events/s`,
      );
    }
  }
  const ofLoop = median(engine.map((events, turn) => events / (loop[turn] ?? Number.NaN)));
  const figures = {
    'M/M/4 by the engine, events a second': Math.round(median(engine)),
    'M/M/4 by a typed loop, events a second': Math.round(median(loop)),
    'engine / loop': ofLoop,
    'engine, share of 10 M events/s or of half the loop': Math.max(
      median(engine) / WANTED_EVENTS_A_SECOND,
      ofLoop / WANTED_OF_LOOP,
    ),
  };
  const targets = [{ figure: 'engine, share of 10 M events/s or of half the loop', atLeast: 1 }];
  if (python === undefined) {
    return { figures, targets };
  }
  const ofSimpy = median(engine.map((events, turn) => events / (simpy[turn] ?? Number.NaN)));
  return {
    figures: {
      ...figures,
      'M/M/4 by SimPy, events a second': Math.round(median(simpy)),
      'engine / SimPy': ofSimpy,
    },
    targets: [...targets, { figure: 'engine / SimPy', atLeast: WANTED_OF_SIMPY }],
  };
}

function engineRun({ seed, arrivalRate, meanService }: Model, until: number): Outcome {
  const { simulation, station } = multiServer(seed, arrivalRate, meanService, SERVERS);
  const events = simulation.run(until);
  return { events, meanPresent: station.present.mean, meanResponse: station.responseTime.mean };
}

function timed(work: () => Outcome): Timed {
  const before = process.cpuUsage();
  const outcome = work();
  const { user, system } = process.cpuUsage(before);
  return { ...outcome, seconds: (user + system) / 1e6 };
}

function speed({ events, seconds }: Timed): number {
  return events / seconds;
}

/** @throws {Error} when two programs do not simulate the same */
function compare(name: string, other: Outcome, engine: Outcome, agreement: number): void {
  const apart = Math.max(
    Math.abs(other.meanPresent / engine.meanPresent - 1),
    Math.abs(other.meanResponse / engine.meanResponse - 1),
  );
  if (!(apart < agreement)) {
    throw new Error(`${name} and the engine do not agree: their means are ${apart} apart.`);
  }
}
