import { USER_CLASSES } from '../population/user-class.ts';
import type { Streams } from '../random/streams.ts';
import { appointmentsOfMonth } from './appointments.ts';
import { assembleTrace } from './assemble.ts';
import { MICROS_PER_DAY } from './calendar.ts';
import { type Deadline, planMonth, type RoutesOfPhases } from './month-plan.ts';
import { MONTH_DAYS } from './periods.ts';
import type { PeoplePerClass, RequestTrace } from './trace.ts';

/** Share of people who register on the first day; the others do on the second. An assumption. */
export const REGISTER_ON_FIRST_DAY = 0.7;

export interface DocumentedTraceOptions {
  readonly streams: Streams;
  readonly people: PeoplePerClass;
  readonly deadline?: Deadline | undefined;
  readonly routes?: RoutesOfPhases | undefined;
}

/** The thirty days with every documented count met exactly. */
export function documentedTrace({ streams, people, deadline, routes }: DocumentedTraceOptions): RequestTrace {
  const classes = classesOf(people);
  const options = {
    streams,
    people: classes,
    registeredOn: registrationDays(streams, classes),
    deadline,
    routes,
  };
  const plan = planMonth(options);
  return assembleTrace(plan.log, appointmentsOfMonth(plan, options), classes, MONTH_DAYS * MICROS_PER_DAY);
}

/** Class of each person, as an index in `USER_CLASSES`: one class after the other. */
export function classesOf(people: PeoplePerClass): Uint8Array {
  return Uint8Array.from(
    USER_CLASSES.flatMap((userClass, index) => new Array<number>(people[userClass]).fill(index)),
  );
}

/** The day, counted from 0, on which each person registers. */
function registrationDays(streams: Streams, classes: Uint8Array): Uint8Array {
  const stream = streams('registrations', 0);
  return classes.map((userClass, person) => {
    // Of each class somebody is there from the first day, for its requests of that day to have an owner.
    const first = classes[person - 1] !== userClass || stream.next() < REGISTER_ON_FIRST_DAY;
    return first ? 0 : 1;
  });
}
