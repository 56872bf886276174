import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { ScenarioProblem } from './scenario-error.ts';

export type Path = readonly PropertyKey[];

/** Which of an entry's places is meant: where its value is, or its key. */
export type Place = 'value' | 'key';

/** A file in YAML, or JSON, which is YAML too, whose parts know where they are. */
export class Source {
  /** What is wrong with the writing itself. */
  readonly problems: readonly ScenarioProblem[];
  readonly value: unknown;
  readonly #lines = new LineCounter();
  readonly #root: Node | null;

  constructor(text: string) {
    // Aliases could make a small file a huge one; a scenario needs few.
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    this.#root = document.contents;
    this.problems = document.errors.map(({ message, pos }) => ({
      path: '',
      ...this.#placeAt(pos[0]),
      reason: `cannot be read: ${message}`,
    }));
    this.value = this.problems.length > 0 ? undefined : document.toJS({ maxAliasCount: MOST_ALIASES });
  }

  /** A problem with the part at a path; where there is none, at the nearest part around it. */
  problem(path: Path, reason: string, place: Place = 'value'): ScenarioProblem {
    let node = this.#root;
    let offset = node?.range?.[0] ?? 0;
    for (const [depth, step] of path.entries()) {
      const found = childOf(node, step);
      if (found === undefined) {
        break;
      }
      const last = depth === path.length - 1;
      offset =
        (last && place === 'key' ? found.key : found.value)?.range?.[0] ?? found.key?.range?.[0] ?? offset;
      node = found.value;
    }
    return { path: pathText(path), ...this.#placeAt(offset), reason };
  }

  #placeAt(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}

const MOST_ALIASES = 100;

interface Child {
  readonly key: Node | null;
  readonly value: Node | null;
}

function childOf(node: Node | null, step: PropertyKey): Child | undefined {
  if (isSeq<Node>(node) && typeof step === 'number') {
    const value = node.items[step];
    return value === undefined ? undefined : { key: null, value };
  }
  if (isMap<Node, Node | null>(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return pair && { key: pair.key, value: pair.value };
  }
  return undefined;
}

function pathText(path: Path): string {
  return path.map((step, index) => stepText(step, index === 0)).join('');
}

function stepText(step: PropertyKey, first: boolean): string {
  if (typeof step === 'number') {
    return `[${step}]`;
  }
  const key = String(step);
  return key.includes('.') ? `["${key}"]` : `${first ? '' : '.'}${key}`;
}
