import type { Problem } from './contract.ts';

/** Code of an error that never reached the server, or whose answer never came back. */
export const UNREACHABLE = 'unreachable';
/** Code of an answer that is no problem document: a proxy's error page, for instance. */
export const UNEXPECTED = 'unexpected-answer';

/** One field of the request that broke a rule: its path is `body.password`, for instance. */
type FieldProblem = NonNullable<Problem['errors']>[number];

interface Details extends ErrorOptions {
  readonly fields?: readonly FieldProblem[];
}

/** A request that brought no usable answer. `code` is the problem's, or {@link UNREACHABLE} or {@link UNEXPECTED}. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** Seconds to wait, when the server said so. */
  readonly retryAfter: number | undefined;
  /** What is wrong with the fields that were sent, when the server said so. */
  readonly fields: readonly FieldProblem[];

  constructor(code: string, status: number, retryAfter?: number, { fields = [], ...options }: Details = {}) {
    super(`${code} (${status})`, options);
    this.code = code;
    this.status = status;
    this.retryAfter = retryAfter;
    this.fields = fields;
  }
}

/** What openapi-fetch gives for a request that was answered. */
export interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/**
 * The body of a successful answer.
 *
 * @throws {ApiError} when the server refused, could not be reached, or answered with no JSON
 */
export async function bodyOf<Data>(request: Promise<Answer<Data>>): Promise<NonNullable<Data>> {
  const answer = await answered(request);
  if (answer.data !== undefined && answer.data !== null) {
    return answer.data;
  }
  throw refusal(answer);
}

/**
 * Waits until a request has succeeded, for those whose answer says nothing more.
 *
 * @throws {ApiError} when the server refused or could not be reached
 */
export async function succeeded(request: Promise<Answer<unknown>>): Promise<void> {
  const answer = await answered(request);
  if (!answer.response.ok) {
    throw refusal(answer);
  }
}

function refusal({ error, response }: Answer<unknown>): ApiError {
  const retryAfter = retryAfterOf(response);
  if (!isProblem(error)) {
    return new ApiError(UNEXPECTED, response.status, retryAfter);
  }
  return new ApiError(error.code, response.status, retryAfter, { fields: error.errors ?? [] });
}

/**
 * Waits for an answer of whatever status.
 *
 * @throws {ApiError} with {@link UNREACHABLE} when there is none; an abort is passed on as it is
 */
export async function answered<Data>(request: Promise<Answer<Data>>): Promise<Answer<Data>> {
  try {
    return await request;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') {
      throw cause;
    }
    // fetch rejects with a TypeError when there is no connection; a body that is not JSON is a SyntaxError.
    const code = cause instanceof SyntaxError ? UNEXPECTED : UNREACHABLE;
    throw new ApiError(code, 0, undefined, { cause });
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string';
}

function retryAfterOf(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
