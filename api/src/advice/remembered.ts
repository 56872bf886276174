import { LRUCache } from 'lru-cache';

const MOST_KEPT = 1_000;

/** Answers that take a while, kept for some time; who asks for one meanwhile waits for the same. A failure is not kept. */
export class Remembered<Answer extends object> {
  readonly #answers: LRUCache<string, Promise<Answer>>;

  /** @param freshMs how old an answer may be */
  constructor(freshMs: number) {
    this.#answers = new LRUCache({ max: MOST_KEPT, ttl: freshMs });
  }

  get(key: string, ask: () => Promise<Answer>): Promise<Answer> {
    const known = this.#answers.get(key);
    if (known !== undefined) {
      return known;
    }
    const asked = ask();
    this.#answers.set(key, asked);
    asked.catch(() => this.#answers.delete(key));
    return asked;
  }
}
