import { ACTIONS, type Action, endpointOf } from './endpoints.ts';
import { FOLLOWS, LEAVES } from './transitions.ts';
import type { Habit } from './visits.ts';

const FIT_ROUNDS = 300;
/** A fit is good when no action is off by more than this share of its target. */
const FIT_TOLERANCE = 0.01;
/** Exponent of each correction: below 1, because raising one action's share lowers its neighbours'. */
const FIT_DAMPING = 1;
/** The chain is followed until no more than this share of the sessions is still going on. */
const LIVE_TOLERANCE = 1e-4;
const MAX_STEPS = 500;

/** A node of the fitted graph: somebody has just taken an action, and is logged in after it or not. */
export interface Node {
  readonly action: Action;
  readonly member: boolean;
  /** Probability that the session ends here. */
  readonly leave: number;
  /** Nodes that may follow, and their probabilities given that the session goes on. */
  readonly next: readonly number[];
  readonly probabilities: readonly number[];
}

/** How a class moves through the application: a Markov chain over actions, absorbed when the session ends. */
export interface Behaviour {
  readonly nodes: readonly Node[];
  /** Probability of each node to be the first. */
  readonly entry: readonly number[];
  /** Share of sessions that end after their first request; undefined where the graph decides that too. */
  readonly bounce: number | undefined;
  readonly mobile: number;
  /** Expected visits of each action in one session. */
  readonly visits: ReadonlyMap<Action, number>;
  /** Expected requests in one session. */
  readonly length: number;
  /** Expected duration of a session, in units of the mean think time. */
  readonly pauses: number;
}

/** A node before the fit: whom it may lead to, and how naturally. */
interface Place {
  readonly action: Action;
  readonly member: boolean;
  readonly next: readonly number[];
  readonly weights: readonly number[];
}

/** What a session is expected to do at each node. */
interface Flow {
  readonly visits: readonly number[];
  /** Of the visits, those that another request follows. */
  readonly continued: readonly number[];
}

/**
 * The behaviour graph whose expected visits are those of a habit. Each step is as probable as it is natural
 * (`transitions.ts`) times the attraction of the action it leads to. The attractions are fitted: the expected visits
 * of the chain are compared with the wanted ones, and corrected until they agree.
 */
export function fitBehaviour(habit: Habit): Behaviour {
  const places = placesOf(habit);
  const entry = places.map(({ action, member }) =>
    member === memberAfter(action, false) ? (habit.entry[action] ?? 0) : 0,
  );
  const attraction = new Map<Action, number>();
  for (const action of ACTIONS) {
    attraction.set(action, (habit.visits[action] ?? 0) / habit.sessions);
  }
  let nodes = nodesOf(places, attraction);
  let flow = expectedFlow(nodes, entry, habit.bounce);
  for (let round = 0; round < FIT_ROUNDS; round += 1) {
    const visits = visitsByAction(nodes, flow);
    let worst = 0;
    for (const [action, count] of visits) {
      const ratio = (habit.visits[action] ?? 0) / habit.sessions / count;
      worst = Math.max(worst, Math.abs(ratio - 1));
      attraction.set(action, (attraction.get(action) ?? 0) * ratio ** FIT_DAMPING);
    }
    if (worst < FIT_TOLERANCE) {
      break;
    }
    nodes = nodesOf(places, attraction);
    flow = expectedFlow(nodes, entry, habit.bounce);
  }
  return behaviourOf(nodes, entry, habit);
}

/** A behaviour with what is expected of it. */
export function behaviourOf(
  nodes: readonly Node[],
  entry: readonly number[],
  { bounce, mobile }: Pick<Behaviour, 'bounce' | 'mobile'>,
): Behaviour {
  const flow = expectedFlow(nodes, entry, bounce);
  return {
    nodes,
    entry,
    bounce,
    mobile,
    visits: visitsByAction(nodes, flow),
    length: sum(flow.visits),
    pauses: sum(nodes.map(({ action }, index) => (flow.continued[index] ?? 0) * endpointOf(action).pause)),
  };
}

/** Whether somebody is logged in after an action. */
export function memberAfter(action: Action, before: boolean): boolean {
  return action === 'login' || (before && action !== 'logout');
}

/** Every node that the habit's actions can reach, with its natural successors. */
function placesOf(habit: Habit): Place[] {
  const visited = ACTIONS.filter((action) => (habit.visits[action] ?? 0) > 0);
  const states = visited.flatMap((action) => {
    const { access } = endpointOf(action);
    const before = access === 'anyone' ? [false, true] : [access === 'member'];
    return before.map((member) => ({ action, member: memberAfter(action, member) }));
  });
  return states.map((state) => {
    const steps = states.flatMap(({ action, member }, index) => {
      const { access } = endpointOf(action);
      const allowed = access === 'anyone' || (access === 'member') === state.member;
      const reached = member === memberAfter(action, state.member);
      const weight = FOLLOWS[state.action][action] ?? 0;
      return allowed && reached && weight > 0 ? [{ index, weight }] : [];
    });
    return { ...state, next: steps.map(({ index }) => index), weights: steps.map(({ weight }) => weight) };
  });
}

function nodesOf(places: readonly Place[], attraction: ReadonlyMap<Action, number>): Node[] {
  const attractions = places.map(({ action }) => attraction.get(action) ?? 0);
  return places.map(({ action, member, next, weights }) => {
    const pulls = next.map((to, edge) => (weights[edge] ?? 0) * (attractions[to] ?? 0));
    const pull = sum(pulls);
    const leaving = LEAVES[action] ?? 1;
    const stuck = pull <= 0;
    return {
      action,
      member,
      leave: stuck ? 1 : leaving / (leaving + pull),
      next,
      probabilities: pulls.map((one) => (stuck ? 0 : one / pull)),
    };
  });
}

/** Follows a session of this chain step by step until it has almost surely ended. */
function expectedFlow(nodes: readonly Node[], entry: readonly number[], bounce: number | undefined): Flow {
  const visits = nodes.map(() => 0);
  const continued = nodes.map(() => 0);
  let here = [...entry];
  for (let step = 0; step < MAX_STEPS && sum(here) > LIVE_TOLERANCE; step += 1) {
    const there = nodes.map(() => 0);
    for (let index = 0; index < nodes.length; index += 1) {
      const node = nodes[index];
      const mass = here[index] ?? 0;
      if (node === undefined || mass === 0) {
        continue;
      }
      const going = mass * goesOn(node, step, bounce);
      visits[index] = (visits[index] ?? 0) + mass;
      continued[index] = (continued[index] ?? 0) + going;
      for (let edge = 0; edge < node.next.length; edge += 1) {
        const to = node.next[edge] ?? 0;
        there[to] = (there[to] ?? 0) + going * (node.probabilities[edge] ?? 0);
      }
    }
    here = there;
  }
  return { visits, continued };
}

/** Probability that another request follows: after the first one only a bounce ends a session. */
export function goesOn(node: Node, step: number, bounce: number | undefined): number {
  if (node.next.length === 0) {
    return 0;
  }
  return step === 0 && bounce !== undefined ? 1 - bounce : 1 - node.leave;
}

function visitsByAction(nodes: readonly Node[], flow: Flow): Map<Action, number> {
  const visits = new Map<Action, number>();
  for (const [index, { action }] of nodes.entries()) {
    visits.set(action, (visits.get(action) ?? 0) + (flow.visits[index] ?? 0));
  }
  return visits;
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) {
    total += value;
  }
  return total;
}
