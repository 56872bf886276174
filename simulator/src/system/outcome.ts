import type { Parameters } from '../calibration/parameter.ts';
import { ACTIONS, endpointOf } from '../workload/endpoints.ts';
import { systemParameter } from './parameters.ts';

/** Pages that are gone, and slots that somebody else has just booked: assumptions. */
const NOT_FOUND = 0.004;
const SLOT_TAKEN = 0.02;

export const STATUS = {
  notFound: 404,
  taken: 409,
  rejected: 422,
  locked: 423,
  limited: 429,
  failed: 500,
  gatewayTimeout: 504,
} as const;

/** Decides how requests end that reach the application. */
export class Outcomes {
  readonly #failures: number;
  /** By action: the status when all goes well, the one when it does not, and how often that is. */
  readonly #usual: Uint16Array;
  readonly #other: Uint16Array;
  readonly #otherShare: Float64Array;

  constructor(parameters: Parameters) {
    this.#failures = systemParameter(parameters, 'system.failures.rate');
    const rejected = systemParameter(parameters, 'system.uploads.rejected');
    const other = ACTIONS.map((action) => {
      const { page, kind } = endpointOf(action);
      if (page === 'course' || page === 'mentor') {
        return { status: STATUS.notFound, share: NOT_FOUND };
      }
      if (kind === 'upload') {
        return { status: STATUS.rejected, share: rejected };
      }
      return { status: STATUS.taken, share: action === 'booking' ? SLOT_TAKEN : 0 };
    });
    this.#usual = Uint16Array.from(ACTIONS, (action) => endpointOf(action).status);
    this.#other = Uint16Array.from(other, ({ status }) => status);
    this.#otherShare = Float64Array.from(other, ({ share }) => share);
  }

  /** The status of a request. One draw in (0, 1), `fate`, decides everything. */
  statusOf(action: number, fate: number): number {
    if (fate < this.#failures) {
      return STATUS.failed;
    }
    return fate < this.#failures + (this.#otherShare[action] ?? 0)
      ? (this.#other[action] ?? 0)
      : (this.#usual[action] ?? 0);
  }
}
