/** Ids that list answers have shown, by the path of the list: detail pages are asked for with these. */
export class KnownIds {
  readonly #byList = new Map<string, readonly string[]>();

  /** Takes the ids of a list answer: an array of rows with an `id`, or an object with one under `data`. */
  learn(list: string, answer: unknown): void {
    const rows = Array.isArray(answer) ? answer : dataOf(answer);
    const ids = rows.flatMap(idOf);
    // A search that finds nothing must not make the pages unknown that another answer has shown.
    if (ids.length > 0) {
      this.#byList.set(list, ids);
    }
  }

  /**
   * An id of this list, or undefined when none is known.
   *
   * @param rank 1 for the first of the list; ranks beyond its end begin again
   */
  pick(list: string, rank: number): string | undefined {
    const ids = this.#byList.get(list) ?? [];
    return ids[(rank - 1) % Math.max(1, ids.length)];
  }
}

function dataOf(answer: unknown): readonly unknown[] {
  return typeof answer === 'object' && answer !== null && 'data' in answer && Array.isArray(answer.data)
    ? answer.data
    : [];
}

function idOf(row: unknown): string[] {
  if (typeof row === 'object' && row !== null && 'id' in row) {
    const { id } = row;
    return typeof id === 'string' || typeof id === 'number' ? [String(id)] : [];
  }
  return [];
}
