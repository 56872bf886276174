import type { RandomStream } from '../random/stream.ts';
import { type Behaviour, goesOn } from './behaviour.ts';
import { ACTIONS, type Action, endpointOf } from './endpoints.ts';

/** A behaviour graph in columns, as it is walked: nodes by number, edges of a node one after the other. */
export interface Route {
  /** Of each node: index in `ACTIONS`, 1 when somebody is logged in after it, what it asks for. */
  readonly action: Uint8Array;
  readonly member: Uint8Array;
  readonly page: Uint8Array;
  /** Probability that another request follows when this is the first, and when it is a later one. */
  readonly goesOnAtFirst: Float64Array;
  readonly goesOn: Float64Array;
  /** Mean think time after it, in units of the mean over the session. */
  readonly pause: Float64Array;
  /** First edge of each node; one further, the end of the last node's. */
  readonly edgesFrom: Int32Array;
  readonly to: Int32Array;
  readonly probability: Float64Array;
  /** Probability of each node to be the first: of anybody's session, and of somebody's who is registered. */
  readonly entry: Float64Array;
  readonly entryRegistered: Float64Array;
  readonly mobile: number;
  /** Expected duration of the session that the mean visit is of, in units of the mean think time. */
  readonly pauses: number;
}

/** What a node asks for. */
export const NO_PAGE = 0;
export const SEARCH = 1;
export const COURSE = 2;
export const MENTOR = 3;
const PAGES = { list: NO_PAGE, search: SEARCH, course: COURSE, mentor: MENTOR } as const;

/**
 * The columns of a graph.
 *
 * @param pauses of the behaviour whose think times people keep, where it is another one
 */
export function routeOf(
  { nodes, entry, bounce, mobile, pauses: ownPauses }: Behaviour,
  pauses: number = ownPauses,
): Route {
  const edgesFrom = new Int32Array(nodes.length + 1);
  for (const [index, { next }] of nodes.entries()) {
    edgesFrom[index + 1] = (edgesFrom[index] ?? 0) + next.length;
  }
  return {
    action: Uint8Array.from(nodes, ({ action }) => ACTIONS.indexOf(action)),
    member: Uint8Array.from(nodes, ({ member }) => (member ? 1 : 0)),
    page: Uint8Array.from(nodes, ({ action }) => PAGES[endpointOf(action).page ?? 'list']),
    goesOnAtFirst: Float64Array.from(nodes, (node) => goesOn(node, 0, bounce)),
    goesOn: Float64Array.from(nodes, (node) => goesOn(node, 1, bounce)),
    pause: Float64Array.from(nodes, ({ action }) => endpointOf(action).pause),
    edgesFrom,
    to: Int32Array.from(nodes.flatMap(({ next }) => next)),
    probability: Float64Array.from(nodes.flatMap(({ probabilities }) => probabilities)),
    entry: Float64Array.from(entry),
    entryRegistered: Float64Array.from(entry, (share, index) =>
      nodes[index]?.action === 'register.check' ? 0 : share,
    ),
    mobile,
    pauses,
  };
}

/** The node of an action, or -1: with a log-in before it where it is known both with and without. */
export function nodeOf(route: Route, action: Action, member = false): number {
  const wanted = ACTIONS.indexOf(action);
  return route.action.findIndex((one, node) => one === wanted && (!member || route.member[node] === 1));
}

/** Draws the node after one, given that there is another request; -1 when none can follow. */
export function drawNext(stream: RandomStream, route: Route, node: number): number {
  const from = route.edgesFrom[node] ?? 0;
  const end = route.edgesFrom[node + 1] ?? 0;
  let total = 0;
  for (let edge = from; edge < end; edge += 1) {
    total += route.probability[edge] ?? 0;
  }
  let remaining = stream.next() * total;
  let last = -1;
  for (let edge = from; edge < end; edge += 1) {
    const probability = route.probability[edge] ?? 0;
    if (probability > 0) {
      last = route.to[edge] ?? -1;
      remaining -= probability;
      if (remaining < 0) {
        break;
      }
    }
  }
  return last;
}
