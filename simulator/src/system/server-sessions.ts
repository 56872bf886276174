import type { Parameters } from '../calibration/parameter.ts';
import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import { exponential } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import type { RequestTrace } from '../workload/trace.ts';
import { systemParameter } from './parameters.ts';
import { Stays } from './stay.ts';

const MINUTE = 60;
/** The server forgets a session that was not used for this long. */
const IDLE_TIMEOUT = 30 * MINUTE;
/** A token is good for this long; an open tab asks for another one then, which counts as use of the session. */
const TOKEN_LIFETIME = 15 * MINUTE;

/**
 * The sessions that the server keeps. One begins with its first request and ends with the log-out, or with the idle
 * time-out after its last use. Three things can become of a session without log-out:
 * - its tab is closed at once or after a while; until then it renews the token of somebody logged in, unseen;
 * - the device puts the open tab to sleep: the session of somebody logged in times out, and says so when the person
 *   comes back. These are the time-outs that are counted;
 * - a visitor who did not log in has no token, and the session is forgotten.
 */
export class ServerSessions {
  renewals = 0;
  timeouts = 0;
  /** By session: 1 while somebody is logged in with it. */
  readonly member: Uint8Array;

  readonly #trace: RequestTrace;
  readonly #tokenSince: Float64Array;
  /** By session: whether it is kept, and since when. */
  readonly #kept: Uint8Array;
  readonly #stream: RandomStream;
  readonly #stays: readonly Stays[];
  readonly #openFor: number;
  readonly #suspended: number;

  /** @param samples how often the sessions are sampled over the run */
  constructor(trace: RequestTrace, samples: number, parameters: Parameters, stream: RandomStream) {
    const sessions = trace.sessions.person.length;
    this.#trace = trace;
    this.member = new Uint8Array(sessions);
    this.#tokenSince = new Float64Array(sessions);
    this.#kept = new Uint8Array(sessions);
    this.#stream = stream;
    this.#stays = USER_CLASSES.map(() => new Stays(samples));
    this.#openFor = systemParameter(parameters, 'system.tabs.open') * MINUTE;
    this.#suspended = systemParameter(parameters, 'system.tabs.suspended');
  }

  open(session: number): void {
    this.#kept[session] = 1;
  }

  logIn(now: number, session: number): void {
    this.member[session] = 1;
    this.#tokenSince[session] = now;
  }

  /** The application renewed a token before a request of its own. */
  renew(now: number, session: number): void {
    this.renewals += 1;
    this.#tokenSince[session] = now;
  }

  logOut(now: number, session: number): void {
    this.member[session] = 0;
    this.#end(now, session);
  }

  /** The session's last request is answered: decides when the server forgets the session. */
  leave(now: number, session: number): void {
    if (this.#kept[session] === 0) {
      return;
    }
    const fate = this.#stream.next();
    if (this.member[session] === 0) {
      this.#end(now + IDLE_TIMEOUT, session);
    } else if (fate < this.#suspended) {
      this.timeouts += 1;
      this.#end(now + IDLE_TIMEOUT, session);
    } else {
      const closedAt = now + exponential(this.#stream, this.#openFor);
      const since = this.#tokenSince[session] ?? 0;
      const renewed = Math.floor((closedAt - since) / TOKEN_LIFETIME);
      // Those before the last request stand in the trace.
      const before = Math.floor((now - since) / TOKEN_LIFETIME);
      this.renewals += renewed - before;
      this.#end(Math.max(now, since + renewed * TOKEN_LIFETIME) + IDLE_TIMEOUT, session);
    }
  }

  /** Sessions of each class at each sample. To be called once, at the end. */
  count(): Record<UserClass, Float32Array> {
    const counts = this.#stays.map((stays) => stays.count());
    const of = (userClass: UserClass): Float32Array =>
      counts[USER_CLASSES.indexOf(userClass)] ?? new Float32Array(0);
    return {
      'mentor-superstar': of('mentor-superstar'),
      'mentor-regular': of('mentor-regular'),
      'mentor-novice': of('mentor-novice'),
      'learner-heavy': of('learner-heavy'),
      'learner-regular': of('learner-regular'),
      browser: of('browser'),
      occasional: of('occasional'),
      admin: of('admin'),
      inactive: of('inactive'),
    };
  }

  #end(at: number, session: number): void {
    if (this.#kept[session] === 0) {
      return;
    }
    this.#kept[session] = 0;
    const { sessions, people } = this.#trace;
    const userClass = people[sessions.person[session] ?? 0] ?? 0;
    this.#stays[userClass]?.add(sessions.first[session] ?? 0, at);
  }
}
