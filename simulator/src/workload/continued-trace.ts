import type { Scenario } from '../scenario/scenario.ts';
import { MICROS_PER_DAY, MICROS_PER_SECOND } from './calendar.ts';
import { type GenerateOptions, generateTrace } from './generate.ts';
import { MONTH_DAYS } from './periods.ts';
import type { RequestTrace } from './trace.ts';

/**
 * The requests of a month with documented counts and of the days after it, which go on at the rates of its last period
 * with no count conditioned on. Nobody's session goes on from the month's last day into the next.
 *
 * @param days of the whole, from the month's first on
 * @throws as {@link generateTrace}
 */
export function continuedTrace(options: GenerateOptions, days: number): RequestTrace {
  const { scenario } = options;
  const month = generateTrace(options);
  // Nobody registers any more: of these days only those after the month are kept.
  const settled: Scenario = { ...scenario, counts: 'rates', days, incidents: [] };
  const atRates = generateTrace({ ...options, scenario: settled });
  return followed(month, atRates, (MONTH_DAYS * MICROS_PER_DAY) / MICROS_PER_SECOND);
}

/**
 * A trace, and after it what another one of the same people has from an instant on.
 *
 * @param from seconds, not before the first trace's end
 */
function followed(trace: RequestTrace, later: RequestTrace, from: number): RequestTrace {
  const { sessions } = trace;
  const known = sessions.first.length;
  const skipped = later.sessions.first.filter((first) => first < from).length;
  const kept = Array.from(later.session.keys()).filter((request) => (later.session[request] ?? 0) >= skipped);
  const of = (column: ArrayLike<number>): number[] => kept.map((request) => column[request] ?? 0);
  return {
    at: Float64Array.from([...trace.at, ...of(later.at)]),
    action: Uint8Array.from([...trace.action, ...of(later.action)]),
    session: Int32Array.from([...trace.session, ...of(later.session).map((one) => one - skipped + known)]),
    item: Uint16Array.from([...trace.item, ...of(later.item)]),
    sessions: {
      person: Int32Array.from([...sessions.person, ...later.sessions.person.subarray(skipped)]),
      first: Float64Array.from([...sessions.first, ...later.sessions.first.subarray(skipped)]),
      last: Float64Array.from([...sessions.last, ...later.sessions.last.subarray(skipped)]),
      mobile: Uint8Array.from([...sessions.mobile, ...later.sessions.mobile.subarray(skipped)]),
      loggedOut: Uint8Array.from([...sessions.loggedOut, ...later.sessions.loggedOut.subarray(skipped)]),
    },
    people: trace.people,
  };
}
