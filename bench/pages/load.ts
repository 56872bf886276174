import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Listening } from './messages.ts';

const CONNECTIONS = 64;
const STEP_MS = 1;
const MS_PER_SECOND = 1_000;
const OK = 200;

/** Visits of pages at a steady rate, whatever the answers take. Times in milliseconds. */
export class PageLoad {
  /** From the call to the last byte: answers from the cache… */
  readonly hits: number[] = [];
  /** …and the others. */
  readonly others: number[] = [];
  /** How long after its time each request was sent. */
  readonly late: number[] = [];
  /** Answers that are not 200, and none at all. */
  failed = 0;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  readonly #server: Listening;
  #sent = 0;

  constructor(server: Listening) {
    this.#server = server;
  }

  /** Sends so many requests a second for so many seconds; resolves when all are answered. */
  async run(perSecond: number, seconds: number): Promise<void> {
    const began = performance.now();
    const answers: Promise<void>[] = [];
    const total = Math.round(perSecond * seconds);
    while (this.#sent < total) {
      const now = performance.now();
      for (
        let dueAt = began + (this.#sent / perSecond) * MS_PER_SECOND;
        dueAt <= now && this.#sent < total;
        dueAt = began + (this.#sent / perSecond) * MS_PER_SECOND
      ) {
        this.late.push(performance.now() - dueAt);
        answers.push(this.#visit(this.#sent));
        this.#sent += 1;
      }
      await delay(STEP_MS);
    }
    await Promise.all(answers);
    this.#agent.destroy();
  }

  #visit(number: number): Promise<void> {
    const { url, pages } = this.#server;
    const page = pages[number % pages.length];
    const started = performance.now();
    return new Promise((resolve) => {
      const failed = (): void => {
        this.failed += 1;
        resolve();
      };
      request(
        `${url}/api/public/halaman/${page?.slug}`,
        { agent: this.#agent, headers: { 'x-tenant': page?.tenant } },
        (answer) => {
          answer.resume();
          answer.once('error', failed);
          answer.once('end', () => {
            if (answer.statusCode !== OK) {
              return failed();
            }
            const took = performance.now() - started;
            (answer.headers['x-cache'] === 'HIT' ? this.hits : this.others).push(took);
            resolve();
          });
        },
      )
        .once('error', failed)
        .end();
    });
  }
}
