import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { createStream } from '../random/stream.ts';
import { type Behaviour, fitBehaviour } from './behaviour.ts';
import { type DayKind, hourlyRequests } from './day-curves.ts';
import { habitsOf } from './habits.ts';
import type { Phase } from './periods.ts';
import { type Route, routeOf } from './route.ts';
import { startCurve } from './start-curves.ts';
import { VisitLog } from './visit-log.ts';
import type { Habit } from './visits.ts';
import { walk } from './walk.ts';

/** Sample sessions that the start curves are calibrated with. They belong to the model, so no run's seed enters. */
const SAMPLES = 250;
const SAMPLE_SEED = 0;

/** One class in one phase. */
export interface ClassModel {
  readonly userClass: UserClass;
  readonly behaviour: Behaviour;
  readonly route: Route;
}

/** The fitted workload of the documented system. */
export interface WorkloadModel {
  /** Classes in the order of `USER_CLASSES`. */
  readonly classes: Readonly<Record<Phase, readonly ClassModel[]>>;
  /**
   * For each class, expected session starts in each of the 24 hours, on a day like those of days 22 to 30. On days
   * with other counts, and on registration days, they are relative weights.
   */
  readonly starts: Readonly<Record<DayKind, readonly (readonly number[])[]>>;
}

let built: WorkloadModel | undefined;

/** The model, fitted at first use (about a tenth of a second) and kept: it depends on the documented figures only. */
export function workloadModel(): WorkloadModel {
  built ??= buildModel();
  return built;
}

function buildModel(): WorkloadModel {
  const steady = classModels('steady');
  const samples = steady.map((model) => sampleVisits(model));
  const startsOn = (kind: DayKind): number[][] =>
    hourlyRequests(kind).map((wanted, index) => startCurve(wanted, samples[index] ?? new VisitLog()));
  return {
    classes: { setup: classModels('setup'), adaptation: classModels('adaptation'), steady },
    starts: { setup: startsOn('setup'), weekday: startsOn('weekday'), weekend: startsOn('weekend') },
  };
}

function classModels(phase: Phase): ClassModel[] {
  const fitted = new Map<string, Pick<ClassModel, 'behaviour' | 'route'>>();
  return USER_CLASSES.map((userClass) => {
    const habit = habitsOf(phase)[userClass];
    // Classes with the same habit, as most have while they set up, share one fit.
    const key = JSON.stringify(habit);
    const model = fitted.get(key) ?? fit(habit);
    fitted.set(key, model);
    return { userClass, ...model };
  });
}

function fit(habit: Habit): Pick<ClassModel, 'behaviour' | 'route'> {
  const behaviour = fitBehaviour(habit);
  return { behaviour, route: routeOf(behaviour) };
}

function sampleVisits({ userClass, route }: ClassModel): VisitLog {
  const stream = createStream(SAMPLE_SEED, 'samples', userClass);
  const samples = new VisitLog();
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    walk(samples, stream, route, { limit: Number.POSITIVE_INFINITY });
  }
  return samples;
}
