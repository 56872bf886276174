import type { Behaviour, Node } from './behaviour.ts';

/**
 * The same behaviour, where a failed log-in is followed by another one with a given probability. There are as many
 * failures as before, in fewer and longer runs: who does not begin one logs in.
 *
 * @param probability 0 to 1; at most what the graph leaves after those who give up
 */
export function withRepeatedFailures(behaviour: Behaviour, probability: number): Behaviour {
  const { nodes, entry } = behaviour;
  const failed = nodes.findIndex(({ action }) => action === 'login.failed');
  const login = nodes.findIndex(({ action }) => action === 'login');
  const node = nodes[failed];
  if (node === undefined || login < 0 || node.leave >= 1) {
    return behaviour;
  }
  const stays = 1 - node.leave;
  const again = Math.min(probability / stays, 1);
  const before = probabilityTo(node, failed);
  const runs = (1 - again * stays) / (1 - before * stays);
  return {
    ...behaviour,
    entry: entry.map((share, index) => {
      const begun = entry[failed] ?? 0;
      return index === failed ? share * runs : index === login ? share + begun * (1 - runs) : share;
    }),
    nodes: nodes.map((one, index) =>
      index === failed ? repeating(one, failed, login, again) : beginning(one, failed, login, runs),
    ),
  };
}

function probabilityTo({ next, probabilities }: Node, to: number): number {
  return probabilities[next.indexOf(to)] ?? 0;
}

/** A node with this probability of its edge to the failure, given that the session goes on; the others share the rest. */
function repeating(node: Node, failed: number, login: number, again: number): Node {
  const linked = withEdge(withEdge(node, failed), login);
  const others = 1 - probabilityTo(linked, failed);
  return {
    ...linked,
    probabilities: linked.next.map((to, edge) =>
      to === failed
        ? again
        : others > 0
          ? ((linked.probabilities[edge] ?? 0) * (1 - again)) / others
          : to === login
            ? 1 - again
            : 0,
    ),
  };
}

/** A node from which fewer runs of failures begin. */
function beginning(node: Node, failed: number, login: number, runs: number): Node {
  const begun = probabilityTo(node, failed);
  if (begun === 0) {
    return node;
  }
  const linked = withEdge(node, login);
  return {
    ...linked,
    probabilities: linked.next.map((to, edge) => {
      const probability = linked.probabilities[edge] ?? 0;
      return to === failed ? begun * runs : to === login ? probability + begun * (1 - runs) : probability;
    }),
  };
}

function withEdge(node: Node, to: number): Node {
  return node.next.includes(to)
    ? node
    : { ...node, next: [...node.next, to], probabilities: [...node.probabilities, 0] };
}
