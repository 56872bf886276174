import { createStream } from '../random/stream.ts';
import { MICROS_PER_HOUR, MICROS_PER_MS } from '../workload/calendar.ts';
import { type Action, endpointOf } from '../workload/endpoints.ts';
import type { Session, Step } from '../workload/session.ts';
import { sessionArrivals } from '../workload/session-arrivals.ts';
import { KnownIds } from './known-ids.ts';
import { loadFor, routeOf } from './load.ts';
import { Schedule } from './schedule.ts';
import { type Account, type Answer, Visitor } from './visitor.ts';

/** Sessions that began this long before the play are joined in the middle, so that the first minute is as busy as any. */
const LOOK_BACK = MICROS_PER_HOUR;
const MOST_IN_FLIGHT = 32;
const ANSWER_TIMEOUT_MS = 10_000;
/** A timer is never set further ahead, so that a clock that was put right is noticed. */
const LONGEST_WAIT_MS = 30_000;
/** A wrong password would lock people out of the target, whose limits do not know that it is a play. */
const NEVER_PLAYED: readonly Action[] = ['login.failed'];
const ACCOUNT_ACTIONS: readonly Action[] = ['login', 'logout', 'token.refresh'];

/** What the player says, in the shape of pino's methods. */
export interface PlayLogger {
  info(object: object, message: string): void;
  warn(object: object, message: string): void;
  debug(object: object, message: string): void;
}

export interface PlayOptions {
  /** Address of the server, for example `http://127.0.0.1:3000`. */
  readonly target: string;
  readonly seed: number;
  /** Log-ins of the simulated people, by their keys; a person without one stays anonymous. */
  readonly accounts: ReadonlyMap<string, Account> | ((userKey: string) => Account | undefined);
  /**
   * Which routes the target has, as `GET /api/public/kursus/:id`. Steps to others are left out, and so is what would
   * change data: what is played is reading, by people with a token also what only they may read, and log-ins, log-outs
   * and renewals.
   */
  readonly routes: ReadonlySet<string>;
  /** Requests a second, on average over a week; the documented rate (one in some three minutes) when not given. */
  readonly rate?: number;
  /** Requests a second that no hour of the day falls below; 0 when not given. */
  readonly minimumRate?: number;
  /** How much faster than real time the days go by; 1 when not given. Rates are then of simulated seconds. */
  readonly speed?: number;
  /** Headers of every request, for example the tenant. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the play. */
  readonly signal: AbortSignal;
  readonly logger: PlayLogger;
}

/**
 * Plays a continuation of the documented month as real HTTP requests, until the signal ends it.
 *
 * The loop is open: each request leaves at its time, however slow the answers are; only within a session does one
 * wait for the answer before. At most 32 requests are on their way, those beyond are left out. A target that does
 * not answer is logged once and asked on.
 *
 * @returns a promise that is fulfilled after the signal, when every request has ended; no timer is left
 * @throws {RangeError} at once, for a rate or speed that is not positive or routes with nothing to play
 * @throws {TypeError} at once, for a target that is no address
 */
export function playContinuation(options: PlayOptions): Promise<void> {
  return new Player(options).play();
}

/** A visitor and the end of the last request that it has begun. */
interface Guest {
  readonly visitor: Visitor;
  settled: Promise<void>;
}

class Player {
  readonly #options: PlayOptions;
  readonly #target: URL;
  readonly #speed: number;
  readonly #schedule: Schedule<Guest>;
  readonly #ids = new KnownIds();
  readonly #controllers = new Set<AbortController>();
  readonly #running = new Set<Promise<void>>();
  readonly #begunAt = Date.now();
  #leftOut = 0;
  #isReachable = true;

  constructor(options: PlayOptions) {
    const { seed, target, rate, minimumRate = 0, speed = 1 } = options;
    if (!(speed > 0 && Number.isFinite(speed))) {
      throw new RangeError('A speed is a positive number.');
    }
    this.#options = options;
    this.#target = new URL(target);
    this.#speed = speed;
    const arrivals = sessionArrivals({
      stream: createStream(seed, 'play'),
      name: `p${seed}`,
      from: this.#begunAt * MICROS_PER_MS - LOOK_BACK,
      until: Number.POSITIVE_INFINITY,
      load: loadFor(rate, minimumRate, (action) => this.#isPlayed(action)),
    });
    this.#schedule = new Schedule(arrivals, (session) => this.#welcome(session));
  }

  async play(): Promise<void> {
    const { signal, logger } = this.#options;
    this.#passOverBeginnings();
    while (!signal.aborted) {
      const now = this.#now();
      for (let due = this.#schedule.take(now); due !== undefined; due = this.#schedule.take(now)) {
        this.#begin(due.owner, due.step);
      }
      const wait = (this.#schedule.nextAt - this.#now()) / MICROS_PER_MS / this.#speed;
      await delay(Math.min(Math.max(wait, 0), LONGEST_WAIT_MS), signal);
    }
    for (const controller of this.#controllers) {
      controller.abort();
    }
    await Promise.all(this.#running);
    logger.debug({ leftOut: this.#leftOut }, 'the play has ended');
  }

  /** The simulated instant, epoch microseconds. */
  #now(): number {
    return (this.#begunAt + (Date.now() - this.#begunAt) * this.#speed) * MICROS_PER_MS;
  }

  #isPlayed(action: Action): boolean {
    return (
      this.#options.routes.has(routeOf(action)) &&
      !NEVER_PLAYED.includes(action) &&
      (ACCOUNT_ACTIONS.includes(action) || endpointOf(action).method === 'GET')
    );
  }

  #welcome(session: Session): Guest {
    const { accounts, headers = {} } = this.#options;
    const { key } = session.person;
    const account = typeof accounts === 'function' ? accounts(key) : accounts.get(key);
    const visitor = new Visitor({
      session,
      account,
      headers,
      ids: this.#ids,
      send: (path, init) => this.#send(path, init),
    });
    return { visitor, settled: Promise.resolve() };
  }

  /** Steps from before the play are not made up for; what they mean for the later ones is noted. */
  #passOverBeginnings(): void {
    const beginning = this.#begunAt * MICROS_PER_MS - 1;
    for (let due = this.#schedule.take(beginning); due !== undefined; due = this.#schedule.take(beginning)) {
      due.owner.visitor.skip(due.step);
    }
  }

  #begin(guest: Guest, step: Step): void {
    if (!this.#isPlayed(step.action)) {
      return;
    }
    if (this.#running.size >= MOST_IN_FLIGHT) {
      this.#leftOut += 1;
      guest.visitor.skip(step);
      return;
    }
    const previous = guest.settled;
    const running = previous
      .then(() => (this.#options.signal.aborted ? undefined : guest.visitor.take(step)))
      .then(
        () => this.#answered(),
        (error: unknown) => this.#unanswered(error),
      )
      .finally(() => this.#running.delete(running));
    guest.settled = running;
    this.#running.add(running);
  }

  async #send(path: string, init: RequestInit): Promise<Answer> {
    const controller = new AbortController();
    const timeout = setTimeout(() => controller.abort(), ANSWER_TIMEOUT_MS);
    this.#controllers.add(controller);
    try {
      const response = await fetch(new URL(path, this.#target), { ...init, signal: controller.signal });
      // The body is read here, under the same time limit.
      return {
        status: response.status,
        cookies: response.headers.getSetCookie(),
        text: await response.text(),
      };
    } finally {
      clearTimeout(timeout);
      this.#controllers.delete(controller);
    }
  }

  #answered(): void {
    if (!this.#isReachable) {
      this.#isReachable = true;
      this.#options.logger.info({ target: this.#target.origin }, 'the target of the play answers again');
    }
  }

  #unanswered(error: unknown): void {
    if (this.#isReachable && !this.#options.signal.aborted) {
      this.#isReachable = false;
      this.#options.logger.warn(
        { target: this.#target.origin, err: error },
        'the target of the play does not answer; it is asked on',
      );
    }
  }
}

/** Waits, but not beyond the signal. */
function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal.addEventListener('abort', finish);
    if (signal.aborted) {
      finish();
    }
  });
}
