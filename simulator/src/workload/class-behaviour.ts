import type { BehaviourGraph, ClassBehaviour, Scenario } from '../scenario/scenario.ts';
import { type Behaviour, behaviourOf, memberAfter, type Node } from './behaviour.ts';
import { ACTIONS, type Action } from './endpoints.ts';
import { workloadModel } from './model.ts';
import type { RoutesOfPhases } from './month-plan.ts';
import type { Phase } from './periods.ts';
import { withRepeatedFailures } from './repeated-failures.ts';
import { type Route, routeOf } from './route.ts';

const BISECTIONS = 60;
/** Odds of leaving are looked for between these factors of the documented ones. */
const LEAST_ODDS = 1e-4;
const MOST_ODDS = 1e4;

/**
 * The graphs that a scenario's people walk on.
 *
 * @param repeatedFailure probability that a failed log-in is followed by another
 */
export function routesOf({ behaviour = {} }: Scenario, repeatedFailure: number): RoutesOfPhases {
  const { classes } = workloadModel();
  const routesIn = (phase: Phase): Route[] => {
    const made = new Map<Behaviour, Route>();
    return classes[phase].map(({ userClass, behaviour: documented }) => {
      const override = phase === 'setup' ? undefined : behaviour[userClass];
      const usual = made.get(documented) ?? routeOf(withRepeatedFailures(documented, repeatedFailure));
      made.set(documented, usual);
      return override === undefined ? usual : (overriddenRoute(documented, override) ?? usual);
    });
  };
  return { setup: routesIn('setup'), adaptation: routesIn('adaptation'), steady: routesIn('steady') };
}

/** Kept from one replication to the next: a length takes a search. */
const overridden = new WeakMap<ClassBehaviour, Map<Behaviour, Route | undefined>>();

function overriddenRoute(documented: Behaviour, override: ClassBehaviour): Route | undefined {
  const made = overridden.get(override) ?? new Map<Behaviour, Route | undefined>();
  overridden.set(override, made);
  if (!made.has(documented)) {
    made.set(documented, makeRoute(documented, override));
  }
  return made.get(documented);
}

function makeRoute(documented: Behaviour, { graph, pagesPerSession }: ClassBehaviour): Route | undefined {
  if (graph !== undefined) {
    return routeOf(graphBehaviour(graph, documented.mobile), documented.pauses);
  }
  return pagesPerSession === undefined
    ? undefined
    : routeOf(withLength(documented, pagesPerSession), documented.pauses);
}

/** The documented graph with other odds of leaving, so that a session has this many requests on average. */
function withLength(behaviour: Behaviour, length: number): Behaviour {
  const withOdds = (factor: number): Behaviour =>
    behaviourOf(
      behaviour.nodes.map((node) => ({
        ...node,
        leave: (factor * node.leave) / (factor * node.leave + 1 - node.leave),
      })),
      behaviour.entry,
      behaviour,
    );
  let low = Math.log(LEAST_ODDS);
  let high = Math.log(MOST_ODDS);
  for (let step = 0; step < BISECTIONS; step += 1) {
    const middle = (low + high) / 2;
    if (withOdds(Math.exp(middle)).length > length) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return withOdds(Math.exp((low + high) / 2));
}

/** A graph that a scenario gives, as it is walked: each action with and without a log-in before it is a node. */
function graphBehaviour(graph: BehaviourGraph, mobile: number): Behaviour {
  const places: { action: Action; member: boolean }[] = [];
  const placeOf = (action: Action, before: boolean): number => {
    const member = memberAfter(action, before);
    const known = places.findIndex((place) => place.action === action && place.member === member);
    return known >= 0 ? known : places.push({ action, member }) - 1;
  };
  const edgesOf = (row: Action | 'start', member: boolean): { to: number; probability: number }[] =>
    ACTIONS.flatMap((action) => {
      const probability = graph[row]?.[action] ?? 0;
      return probability > 0 ? [{ to: placeOf(action, member), probability }] : [];
    });
  const starts = edgesOf('start', false);
  const nodes: Node[] = [];
  // Edges find places, which this loop then comes to.
  for (const { action, member } of places) {
    const edges = edgesOf(action, member);
    const stays = edges.reduce((sum, { probability }) => sum + probability, 0);
    nodes.push({
      action,
      member,
      leave: 1 - stays,
      next: edges.map(({ to }) => to),
      probabilities: edges.map(({ probability }) => probability / stays),
    });
  }
  const entry = nodes.map((_, index) => starts.find(({ to }) => to === index)?.probability ?? 0);
  return behaviourOf(nodes, entry, { bounce: undefined, mobile });
}
