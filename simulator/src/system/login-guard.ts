import { documented } from '../figures/figures.ts';

const SECONDS_PER_HOUR = 3600;
const ATTEMPTS_ALLOWED = documented('security.attempts-allowed');
/** Seconds. */
const LOCKED_FOR = documented('security.lockout-duration') * SECONDS_PER_HOUR;
/** Failures longer ago than this are forgotten: an assumption. */
const WINDOW = SECONDS_PER_HOUR;

/** Locks an account after too many failed log-ins in a row, and opens it again after its time. */
export class LoginGuard {
  failures = 0;
  lockouts = 0;

  readonly #inARow: Int32Array;
  readonly #lastFailure: Float64Array;
  readonly #lockedUntil: Float64Array;

  constructor(people: number) {
    this.#inARow = new Int32Array(people);
    this.#lastFailure = new Float64Array(people).fill(Number.NEGATIVE_INFINITY);
    this.#lockedUntil = new Float64Array(people).fill(Number.NEGATIVE_INFINITY);
  }

  /** Whether log-ins of a person are refused at the moment. */
  isLocked(now: number, person: number): boolean {
    return now < (this.#lockedUntil[person] ?? 0);
  }

  /** A log-in with a wrong password, while the account was open. */
  fail(now: number, person: number): void {
    this.failures += 1;
    const before = now - (this.#lastFailure[person] ?? 0) < WINDOW ? (this.#inARow[person] ?? 0) : 0;
    this.#lastFailure[person] = now;
    this.#inARow[person] = before + 1;
    if (before + 1 >= ATTEMPTS_ALLOWED) {
      this.lockouts += 1;
      this.#lockedUntil[person] = now + LOCKED_FOR;
      this.#inARow[person] = 0;
    }
  }

  succeed(person: number): void {
    this.#inARow[person] = 0;
  }
}
