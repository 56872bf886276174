import type { Parameters } from '../calibration/parameter.ts';
import { population } from '../population/population.ts';
import { USER_CLASSES } from '../population/user-class.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { sessionsOfMonth } from './appointments.ts';
import { MICROS_PER_SECOND, parseStart, startOfDay } from './calendar.ts';
import { ACTIONS } from './endpoints.ts';
import { openDays } from './month.ts';
import { durationOf, SEARCH_WORDS } from './session.ts';
import type { RequestTrace } from './trace.ts';

export interface GenerateOptions {
  readonly scenario: Scenario;
  readonly parameters: Parameters;
  readonly seed: number;
  readonly replication: number;
}

/**
 * The requests of one replication of a scenario. The same seed and replication give the same bytes.
 *
 * @throws {StartDateError} when the scenario does not begin on a Monday
 */
export function generateTrace({ scenario, seed, replication }: GenerateOptions): RequestTrace {
  const firstDay = parseStart(scenario.start);
  const people = population();
  const sessions = sessionsOfMonth(
    seed * 1000 + replication,
    openDays(seed * 1000 + replication, firstDay),
  ).flat();
  const requests = sessions
    .flatMap((session, number) =>
      session.steps.map((step) => ({ ts: session.start + step.offset, number, step })),
    )
    .sort((one, other) => one.ts - other.ts);
  const seconds = (ts: number): number => (ts - startOfDay(firstDay)) / MICROS_PER_SECOND;
  const words: readonly string[] = SEARCH_WORDS;
  return {
    at: Float64Array.from(requests, ({ ts }) => seconds(ts)),
    action: Uint8Array.from(requests, ({ step }) => ACTIONS.indexOf(step.action)),
    session: Int32Array.from(requests, ({ number }) => number),
    item: Uint16Array.from(requests, ({ step }) => step.item ?? 1 + words.indexOf(step.search ?? '')),
    sessions: {
      person: Int32Array.from(sessions, ({ person }) => people.findIndex(({ key }) => key === person.key)),
      first: Float64Array.from(sessions, ({ start }) => seconds(start)),
      last: Float64Array.from(sessions, (session) => seconds(session.start + durationOf(session))),
      mobile: Uint8Array.from(sessions, ({ device }) => (device === 'mobile' ? 1 : 0)),
      loggedOut: Uint8Array.from(sessions, ({ steps }) => (steps.at(-1)?.action === 'logout' ? 1 : 0)),
    },
    people: Uint8Array.from(people, ({ userClass }) => USER_CLASSES.indexOf(userClass)),
  };
}
