import { ApiError } from '../api/api-error.ts';

/**
 * One thing fetched from the API, kept while it is fetched again. A newer load takes the place of one that is still
 * on its way, whose answer is then dropped. The answer to one question is never shown for another that failed.
 */
export class Resource<Value> {
  #value = $state.raw<Value>();
  #error = $state.raw<ApiError>();
  #loading = $state(false);
  #loadedAt = $state.raw<Date>();
  #request: AbortController | undefined;
  #answered = $state('');
  #asked = $state('');

  /** The newest value, also while a newer one is being loaded or could not be. */
  get value(): Value | undefined {
    return this.#value;
  }

  /** Why the newest load failed; undefined after one that did not. */
  get error(): ApiError | undefined {
    return this.#error;
  }

  /** Whether {@link value} answers the question before, while the present one is on its way. */
  get changing(): boolean {
    return this.#loading && this.#value !== undefined && this.#answered !== this.#asked;
  }

  /** When {@link value} came. */
  get loadedAt(): Date | undefined {
    return this.#loadedAt;
  }

  /**
   * Loads anew. Errors of the API are kept in {@link error}; anything else is a mistake of ours and is thrown.
   *
   * @param question names what is asked for: while it stays the same, the last answer outlives a failure
   */
  async load(question: string, fetchValue: (signal: AbortSignal) => Promise<Value>): Promise<void> {
    this.#request?.abort();
    const request = new AbortController();
    this.#request = request;
    this.#asked = question;
    this.#loading = true;
    try {
      const value = await fetchValue(request.signal);
      if (!request.signal.aborted) {
        this.#value = value;
        this.#answered = question;
        this.#error = undefined;
        this.#loadedAt = new Date();
      }
    } catch (error) {
      if (!request.signal.aborted) {
        this.#error = asApiError(error);
        if (this.#answered !== question) {
          this.#value = undefined;
        }
      }
    } finally {
      if (this.#request === request) {
        this.#request = undefined;
        this.#loading = false;
      }
    }
  }

  /** Gives up a load that is on its way. */
  cancel(): void {
    this.#request?.abort();
  }
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) {
    return error;
  }
  throw error;
}
