import { USER_CLASSES } from '../population/user-class.ts';
import type { Streams } from '../random/streams.ts';
import { appointmentsOfMonth } from './appointments.ts';
import { assembleTrace } from './assemble.ts';
import { MICROS_PER_DAY } from './calendar.ts';
import { type Deadline, planMonth, type RoutesOfPhases } from './month-plan.ts';
import { MONTH_DAYS } from './periods.ts';
import { registrationDays } from './registrations.ts';
import type { PeoplePerClass, RequestTrace } from './trace.ts';

export interface DocumentedTraceOptions {
  readonly streams: Streams;
  readonly people: PeoplePerClass;
  readonly deadline?: Deadline | undefined;
  readonly routes: RoutesOfPhases;
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
