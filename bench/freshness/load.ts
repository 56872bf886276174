import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const CONNECTIONS = 50;
/** Requests are sent in groups so far apart. */
const STEP_MS = 10;
const MS_PER_SECOND = 1_000;

/** Requests at a steady rate, whatever the answers take. */
export class SteadyLoad {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  /** When each request of the watched tenant was answered, `performance.now()`, in the order of the answers. */
  readonly answeredAt: number[] = [];
  sent = 0;
  refused = 0;
  readonly #url: string;
  readonly #tenants: readonly string[];

  /** @param tenants requests go to them in turn; the first one is watched */
  constructor(url: string, tenants: readonly string[]) {
    this.#url = url;
    this.#tenants = tenants;
  }

  /** Sends so many requests a second for so many seconds; resolves when all are answered. */
  async run(perSecond: number, seconds: number): Promise<void> {
    const began = performance.now();
    const answers: Promise<void>[] = [];
    const total = perSecond * seconds;
    while (this.sent < total) {
      const due = Math.min(total, Math.ceil(((performance.now() - began) / MS_PER_SECOND) * perSecond));
      while (this.sent < due) {
        answers.push(this.#one(this.#tenants[this.sent % this.#tenants.length] ?? ''));
        this.sent += 1;
      }
      await delay(STEP_MS);
    }
    await Promise.all(answers);
    this.#agent.destroy();
  }

  #one(tenant: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const sent = request(
        `${this.#url}/api/public/kursus`,
        { agent: this.#agent, headers: { 'x-tenant': tenant } },
        (answer) => {
          answer.resume();
          answer.once('end', () => {
            if (answer.statusCode !== 200) {
              this.refused += 1;
            } else if (tenant === this.#tenants[0]) {
              this.answeredAt.push(performance.now());
            }
            resolve();
          });
        },
      );
      sent.once('error', reject);
      sent.end();
    });
  }
}
