import { memberAfter } from '../workload/behaviour.ts';
import { ACTIONS, type Action, endpointOf } from '../workload/endpoints.ts';
import type { Contradiction } from './documented-counts.ts';
import type { BehaviourGraph } from './scenario.ts';

/** How far the probabilities of a row may be from adding up to 1. */
const ROW_TOLERANCE = 1e-6;

/** What keeps a behaviour graph from being walked; its probabilities are known to be from 0 to 1. */
export function graphProblems(graph: BehaviourGraph): Contradiction[] {
  const rows = rowProblems(graph);
  return rows.length > 0 ? rows : [...endlessProblems(graph), ...loginProblems(graph)];
}

function rowProblems(graph: BehaviourGraph): Contradiction[] {
  const problems: Contradiction[] = [];
  if (graph.start === undefined) {
    problems.push({ path: [], reason: 'has no row `start`, which says how sessions begin' });
  }
  for (const from of ['start', ...ACTIONS] as const) {
    const row = graph[from];
    if (row === undefined) {
      continue;
    }
    const sum = Object.values(row).reduce((total, probability) => total + probability, 0);
    if (Math.abs(sum - 1) > ROW_TOLERANCE) {
      problems.push({
        path: [from],
        reason: `must add up to 1, and adds up to ${Number(sum.toFixed(6))}; \`end\` is what is left`,
      });
    }
    if (from === 'start' && (row.end ?? 0) > 0) {
      problems.push({ path: [from, 'end'], reason: 'ends a session before its first request' });
    }
    for (const to of successors(graph, from)) {
      if (graph[to] === undefined) {
        problems.push({ path: [from, to], reason: `leads to ${to}, which has no row` });
      }
    }
  }
  return problems;
}

/** Actions that a session reaches and that it can never end after. */
function endlessProblems(graph: BehaviourGraph): Contradiction[] {
  const reached = reachable(graph, 'start');
  const ending = new Set<Action>();
  for (let before = -1; before < ending.size; ) {
    before = ending.size;
    for (const action of reached) {
      if ((graph[action]?.end ?? 0) > 0 || successors(graph, action).some((next) => ending.has(next))) {
        ending.add(action);
      }
    }
  }
  const endless = [...reached].filter((action) => !ending.has(action));
  const [first] = endless;
  return first === undefined
    ? []
    : [
        {
          path: [first],
          reason: `never ends a session that comes here: no way out of ${endless.join(', ')}`,
        },
      ];
}

/** Actions that need a log-in and can be reached without one. */
function loginProblems(graph: BehaviourGraph): Contradiction[] {
  const problems: Contradiction[] = [];
  const seen = new Set<string>();
  const visit = (from: Action | 'start', member: boolean): void => {
    for (const to of successors(graph, from)) {
      if (endpointOf(to).access === 'member' && !member) {
        problems.push({ path: [from, to], reason: `leads to ${to} without a log-in, which it needs` });
        continue;
      }
      const after = memberAfter(to, member);
      const key = `${to} ${after}`;
      if (!seen.has(key)) {
        seen.add(key);
        visit(to, after);
      }
    }
  };
  visit('start', false);
  return problems;
}

function reachable(graph: BehaviourGraph, from: Action | 'start', found = new Set<Action>()): Set<Action> {
  for (const next of successors(graph, from)) {
    if (!found.has(next)) {
      found.add(next);
      reachable(graph, next, found);
    }
  }
  return found;
}

function successors(graph: BehaviourGraph, from: Action | 'start'): Action[] {
  return ACTIONS.filter((action) => (graph[from]?.[action] ?? 0) > 0);
}
