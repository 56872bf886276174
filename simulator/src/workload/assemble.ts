import type { Appointments } from './appointments.ts';
import { MICROS_PER_SECOND } from './calendar.ts';
import { ACTIONS } from './endpoints.ts';
import { TimeDrawers } from './time-drawers.ts';
import { timeOrder } from './time-order.ts';
import type { RequestTrace, SessionTable } from './trace.ts';
import type { VisitLog } from './visit-log.ts';

const LOGOUT = ACTIONS.indexOf('logout');

type RequestColumns = Pick<RequestTrace, 'at' | 'action' | 'session' | 'item'>;

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
  const drawers = drawersOf(log, visits, start, end);
  const { action, offset, item, from, mobile } = log;
  const { at, action: actions, session, item: items } = emptyColumns(drawers.count);
  const sessions = emptySessions(visits.length);
  for (let number = 0; number < visits.length; number += 1) {
    const visit = visits[number] ?? 0;
    const begin = start[visit] ?? 0;
    const until = from[visit + 1] ?? 0;
    let last = begin;
    let lastAction = 0;
    for (let request = from[visit] ?? 0; request < until; request += 1) {
      const time = begin + (offset[request] ?? 0);
      if (time >= end) {
        break;
      }
      const place = drawers.put(time);
      last = time;
      lastAction = action[request] ?? 0;
      at[place] = time / MICROS_PER_SECOND;
      actions[place] = lastAction;
      session[place] = number;
      items[place] = item[request] ?? 0;
    }
    sessions.person[number] = person[visit] ?? 0;
    sessions.first[number] = begin / MICROS_PER_SECOND;
    sessions.last[number] = last / MICROS_PER_SECOND;
    sessions.mobile[number] = mobile[visit] ?? 0;
    sessions.loggedOut[number] = lastAction === LOGOUT ? 1 : 0;
  }
  insertInOrder({ at, action: actions, session, item: items });
  return { at, action: actions, session, item: items, sessions, people };
}

/**
 * Drawers with room for all requests before the end. Visits are taken in the order of their times, here and where the
 * requests are put: the drawers of one lie near those of the next then, and in the nearest cache.
 */
function drawersOf(log: VisitLog, visits: Int32Array, start: Float64Array, end: number): TimeDrawers {
  const { requests, from, offset } = log;
  const drawers = new TimeDrawers(requests, 0, end);
  for (let number = 0; number < visits.length; number += 1) {
    const visit = visits[number] ?? 0;
    const begin = start[visit] ?? 0;
    const until = from[visit + 1] ?? 0;
    for (let request = from[visit] ?? 0; request < until; request += 1) {
      const time = begin + (offset[request] ?? 0);
      if (time >= end) {
        break;
      }
      drawers.expect(time);
    }
  }
  drawers.allot();
  return drawers;
}

/** Insertion sort: what shares a drawer is put in order without moving far; equal times keep their order. */
function insertInOrder({ at, action, session, item }: RequestColumns): void {
  for (let place = 1; place < at.length; place += 1) {
    const time = at[place] ?? 0;
    if ((at[place - 1] ?? 0) <= time) {
      continue;
    }
    const ownAction = action[place] ?? 0;
    const ownSession = session[place] ?? 0;
    const ownItem = item[place] ?? 0;
    let gap = place;
    while (gap > 0 && (at[gap - 1] ?? 0) > time) {
      at[gap] = at[gap - 1] ?? 0;
      action[gap] = action[gap - 1] ?? 0;
      session[gap] = session[gap - 1] ?? 0;
      item[gap] = item[gap - 1] ?? 0;
      gap -= 1;
    }
    at[gap] = time;
    action[gap] = ownAction;
    session[gap] = ownSession;
    item[gap] = ownItem;
  }
}

function emptyColumns(count: number): RequestColumns {
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
