import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { createStream } from '../random/stream.ts';
import { type Behaviour, fitBehaviour } from './behaviour.ts';
import { type DayKind, hourlyRequests } from './day-curves.ts';
import { habitsOf } from './habits.ts';
import type { Phase } from './periods.ts';
import { type Visit, walk } from './session.ts';
import { startCurve } from './start-curves.ts';

/** Sample sessions that the start curves are calibrated with. They belong to the model, so no run's seed enters. */
const SAMPLES = 250;
const SAMPLE_SEED = 0;

/** One class in one phase. */
interface ClassModel {
  readonly userClass: UserClass;
  readonly behaviour: Behaviour;
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
  const samples = steady.map((model) => sampleVisits(model.behaviour, model.userClass));
  const startsOn = (kind: DayKind): number[][] =>
    hourlyRequests(kind).map((wanted, index) => startCurve(wanted, samples[index] ?? []));
  return {
    classes: { setup: classModels('setup'), adaptation: classModels('adaptation'), steady },
    starts: { setup: startsOn('setup'), weekday: startsOn('weekday'), weekend: startsOn('weekend') },
  };
}

function classModels(phase: Phase): ClassModel[] {
  const fitted = new Map<string, Behaviour>();
  return USER_CLASSES.map((userClass) => {
    const habit = habitsOf(phase)[userClass];
    // Classes with the same habit, as most have while they set up, share one fit.
    const key = JSON.stringify(habit);
    const behaviour = fitted.get(key) ?? fitBehaviour(habit);
    fitted.set(key, behaviour);
    return { userClass, behaviour };
  });
}

function sampleVisits(behaviour: Behaviour, userClass: UserClass): Visit[] {
  const stream = createStream(SAMPLE_SEED, 'samples', userClass);
  return Array.from({ length: SAMPLES }, () => walk(stream, behaviour, { limit: Number.POSITIVE_INFINITY }));
}
