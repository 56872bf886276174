/**
 * Work of one kind, one after the other in this process; work of different kinds at once. Whoever waits for a turn
 * holds nothing meanwhile, a database connection least of all.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Does the work when all that was asked for under the key before is done, however that ended.
   *
   * @throws what the work throws
   */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    const running = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const done = running.then(
      () => undefined,
      () => undefined,
    );
    this.#last.set(key, done);
    try {
      return await running;
    } finally {
      if (this.#last.get(key) === done) {
        this.#last.delete(key);
      }
    }
  }
}
