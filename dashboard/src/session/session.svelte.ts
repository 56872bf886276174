import { ApiError, answered, bodyOf, UNREACHABLE } from '../api/api-error.ts';
import type { AccessTokens, ApiClient } from '../api/client.ts';
import type { Grant, User } from '../api/contract.ts';
import { renewalDelay } from './renewal.ts';

/** A renewal's answers when there is no cookie, and when the cookie is no good any more. */
const NO_SESSION: readonly number[] = [204, 401];
/** Tabs of one browser share the refresh cookie; the lock of this name has them renew one after the other. */
const RENEWAL_LOCK = 'riwayat.renewal';

export type SessionState =
  | { readonly kind: 'starting' }
  /** Nobody is logged in; `expired` when somebody was until just now. */
  | { readonly kind: 'anonymous'; readonly expired: boolean }
  /** It is not known whether somebody is logged in, because the server did not answer. */
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'authenticated'; readonly user: User };

/**
 * Who is logged in. The access token is kept in memory only and is exchanged a minute before it ends; what outlives
 * the page is the refresh cookie, which scripts cannot read. So a page begins with a renewal.
 */
export class Session implements AccessTokens {
  readonly #api: ApiClient;
  #state = $state.raw<SessionState>({ kind: 'starting' });
  #accessToken: string | undefined;
  #renewal: Promise<boolean> | undefined;
  #renewalTimer: number | undefined;

  /** @param api a client without a token */
  constructor(api: ApiClient) {
    this.#api = api;
  }

  get state(): SessionState {
    return this.#state;
  }

  get user(): User | undefined {
    return this.#state.kind === 'authenticated' ? this.#state.user : undefined;
  }

  get accessToken(): string | undefined {
    return this.#accessToken;
  }

  can(permission: string): boolean {
    return this.user?.permissions.includes(permission) ?? false;
  }

  /** Finds out, at the start of the page or on a retry, whether somebody is logged in. */
  async begin(): Promise<void> {
    this.#state = { kind: 'starting' };
    await this.renew();
  }

  /**
   * @param code of the second factor, once it was asked for
   * @throws {ApiError} `invalid-credentials`, `second-factor-required`, `second-factor-invalid`, `account-locked`, a
   *   throttle's 429, or whatever else kept the log-in from succeeding
   */
  async logIn(email: string, password: string, code?: string): Promise<void> {
    const body = { email, password, ...(code !== undefined && { code }) };
    this.#accept(await bodyOf(this.#api.POST('/api/login', { body })));
  }

  /**
   * Ends the session, here and on the server.
   *
   * @throws {ApiError} when the server could not be reached: the session then goes on, because its cookie would
   */
  async logOut(): Promise<void> {
    const { response } = await answered(this.#api.POST('/api/logout'));
    if (!response.ok && response.status !== 401) {
      throw new ApiError(UNREACHABLE, response.status);
    }
    this.#end(false);
  }

  /** Exchanges the refresh cookie for a new access token; calls at the same time share one exchange. */
  renew(): Promise<boolean> {
    this.#renewal ??= this.#renewOnce().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #renewOnce(): Promise<boolean> {
    try {
      const grant = await oneTabAtATime(() => bodyOf(this.#api.POST('/api/token/refresh')));
      this.#accept(grant);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      if (NO_SESSION.includes(error.status)) {
        this.#end(this.#state.kind === 'authenticated');
      } else if (this.#state.kind !== 'authenticated') {
        this.#state = { kind: 'unreachable' };
      }
      return false;
    }
  }

  #accept(grant: Grant): void {
    this.#accessToken = grant.access_token;
    this.#state = { kind: 'authenticated', user: grant.user };
    window.clearTimeout(this.#renewalTimer);
    this.#renewalTimer = window.setTimeout(() => void this.renew(), renewalDelay(grant.expires_in));
  }

  #end(expired: boolean): void {
    window.clearTimeout(this.#renewalTimer);
    this.#accessToken = undefined;
    this.#state = { kind: 'anonymous', expired };
  }
}

async function oneTabAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
  // Locks exist in secure contexts only (https, localhost). Elsewhere the server's grace for races has to do.
  if (!('locks' in navigator)) {
    return work();
  }
  return navigator.locks.request(RENEWAL_LOCK, work);
}
