import { DeliveryError } from '../carrier.ts';
import { PrivateAddressError } from './addresses.ts';
import { type Outgoing, type OutgoingAnswer, type OutgoingRequest, UnansweredError } from './outgoing.ts';

const FIRST_SUCCESS = 200;
const FIRST_REDIRECT = 300;
const FIRST_CLIENT_ERROR = 400;
const FIRST_SERVER_ERROR = 500;
const GONE = 410;
const TOO_MANY = 429;
/** Refusals that may be none the next time: time-out, conflict, too early, too many (RFC 9110, 8470, 6585). */
const PASSING = [408, 409, 425, TOO_MANY];
/** As much of an answer as helps who looks for a reason. */
const LONGEST_ANSWER = 500;

/**
 * Sends a request, and takes whatever does not come back for a failure.
 *
 * @param whom in words, at the beginning of a sentence: "The SMS gateway"
 * @throws {DeliveryError} when nobody answers
 */
export async function ask(
  outgoing: Outgoing,
  request: OutgoingRequest,
  whom: string,
): Promise<OutgoingAnswer> {
  try {
    return await outgoing.send(request);
  } catch (error) {
    if (error instanceof PrivateAddressError) {
      throw new DeliveryError(`${whom} is not at a host of the public Internet.`, {
        final: true,
        answer: error.message,
        cause: error,
      });
    }
    if (error instanceof UnansweredError) {
      throw new DeliveryError(`${whom} could not be reached, or did not answer in time.`, {
        final: false,
        down: true,
        answer: error.message,
        cause: error,
      });
    }
    throw error;
  }
}

/** Whether an answer is a yes. */
export function isSuccess({ status }: OutgoingAnswer): boolean {
  return status >= FIRST_SUCCESS && status < FIRST_REDIRECT;
}

/** What an answer that is no yes means, for whoever knows no more than its status. */
export function refusal({ status, text, retryAfterMs }: OutgoingAnswer, whom: string): DeliveryError {
  const down = status >= FIRST_SERVER_ERROR || status < FIRST_SUCCESS;
  return new DeliveryError(`${whom} answered ${status}.`, {
    final: status >= FIRST_CLIENT_ERROR && status < FIRST_SERVER_ERROR && !PASSING.includes(status),
    down,
    gone: status === GONE,
    retryAfterMs,
    wholeLane: status === TOO_MANY || down,
    answer: `${status}: ${text.slice(0, LONGEST_ANSWER)}`,
  });
}
