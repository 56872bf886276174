import type { Appointments } from './appointments.ts';
import { MICROS_PER_SECOND } from './calendar.ts';
import { ACTIONS } from './endpoints.ts';
import { timeOrder } from './time-order.ts';
import type { RequestTrace, SessionTable } from './trace.ts';
import type { VisitLog } from './visit-log.ts';

const LOGOUT = ACTIONS.indexOf('logout');

/**
 * The trace of some visits that have their people and their times.
 *
 * @param people class of each person
 * @param end of the run, microseconds since its first midnight: what would come later does not
 */
export function assembleTrace(
  log: VisitLog,
  { person, start }: Appointments,
  people: Uint8Array,
  end: number,
): RequestTrace {
  const visits = timeOrder(start.subarray(0, log.visits));
  const sessions = emptySessions(visits.length);
  const at = new Float64Array(log.requests);
  const request = new Int32Array(log.requests);
  const session = new Int32Array(log.requests);
  let count = 0;
  for (let number = 0; number < visits.length; number += 1) {
    const visit = visits[number] ?? 0;
    const begin = start[visit] ?? 0;
    const until = log.from[visit + 1] ?? 0;
    let last = 0;
    let action = 0;
    for (let index = log.from[visit] ?? 0; index < until; index += 1) {
      const time = begin + (log.offset[index] ?? 0);
      if (time >= end) {
        break;
      }
      last = time / MICROS_PER_SECOND;
      action = log.action[index] ?? 0;
      at[count] = last;
      request[count] = index;
      session[count] = number;
      count += 1;
    }
    sessions.person[number] = person[visit] ?? 0;
    sessions.first[number] = begin / MICROS_PER_SECOND;
    sessions.last[number] = last;
    sessions.mobile[number] = log.mobile[visit] ?? 0;
    sessions.loggedOut[number] = action === LOGOUT ? 1 : 0;
  }
  const order = timeOrder(at.subarray(0, count));
  const trace = {
    at: new Float64Array(count),
    action: new Uint8Array(count),
    session: new Int32Array(count),
    item: new Uint16Array(count),
    sessions,
    people,
  };
  for (let place = 0; place < count; place += 1) {
    const from = order[place] ?? 0;
    const index = request[from] ?? 0;
    trace.at[place] = at[from] ?? 0;
    trace.session[place] = session[from] ?? 0;
    trace.action[place] = log.action[index] ?? 0;
    trace.item[place] = log.item[index] ?? 0;
  }
  return trace;
}

function emptySessions(count: number): SessionTable {
  return {
    person: new Int32Array(count),
    first: new Float64Array(count),
    last: new Float64Array(count),
    mobile: new Uint8Array(count),
    loggedOut: new Uint8Array(count),
  };
}
