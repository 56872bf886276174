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
  const { action, offset, item, from, mobile } = log;
  // In the order of the sessions first: their requests then lie near each other, and are sorted without far jumps.
  const bySession = emptyColumns(log.requests);
  let count = 0;
  for (let number = 0; number < visits.length; number += 1) {
    const visit = visits[number] ?? 0;
    const begin = start[visit] ?? 0;
    const until = from[visit + 1] ?? 0;
    for (let request = from[visit] ?? 0; request < until; request += 1) {
      const time = begin + (offset[request] ?? 0);
      if (time >= end) {
        break;
      }
      bySession.at[count] = time / MICROS_PER_SECOND;
      bySession.action[count] = action[request] ?? 0;
      bySession.session[count] = number;
      bySession.item[count] = item[request] ?? 0;
      count += 1;
    }
    sessions.person[number] = person[visit] ?? 0;
    sessions.first[number] = begin / MICROS_PER_SECOND;
    sessions.last[number] = bySession.at[count - 1] ?? 0;
    sessions.mobile[number] = mobile[visit] ?? 0;
    sessions.loggedOut[number] = bySession.action[count - 1] === LOGOUT ? 1 : 0;
  }
  const order = timeOrder(bySession.at.subarray(0, count));
  const columns = emptyColumns(count);
  for (let place = 0; place < count; place += 1) {
    const request = order[place] ?? 0;
    columns.at[place] = bySession.at[request] ?? 0;
    columns.action[place] = bySession.action[request] ?? 0;
    columns.session[place] = bySession.session[request] ?? 0;
    columns.item[place] = bySession.item[request] ?? 0;
  }
  return { ...columns, sessions, people };
}

function emptyColumns(count: number): Pick<RequestTrace, 'at' | 'action' | 'session' | 'item'> {
  return {
    at: new Float64Array(count),
    action: new Uint8Array(count),
    session: new Int32Array(count),
    item: new Uint16Array(count),
  };
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
