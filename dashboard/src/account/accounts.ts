import { succeeded } from '../api/api-error.ts';
import type { ApiClient } from '../api/client.ts';

interface Newcomer {
  readonly name: string;
  readonly password: string;
}

/**
 * What people do about their account before they are logged in. Every call throws an `ApiError` when it is refused:
 * `invalid-request` with the fields that are wrong, `link-invalid` for a token that is no longer good, a throttle's 429.
 */
export class Accounts {
  readonly #api: ApiClient;

  /** @param api a client without a token: whoever is logged in here need not be whose mail was opened */
  constructor(api: ApiClient) {
    this.#api = api;
  }

  /** Has a link to set a new password mailed, if somebody has the address: that is not told. */
  async askForNewPassword(email: string): Promise<void> {
    await succeeded(this.#api.POST('/api/password/forgot', { body: { email } }));
  }

  async setPassword(token: string, password: string): Promise<void> {
    await succeeded(this.#api.POST('/api/password/reset', { body: { token, password } }));
  }

  /** Has the link that completes a registration mailed. Throws `registration-closed` where people are invited only. */
  async register(email: string, { name, password }: Newcomer): Promise<void> {
    await succeeded(this.#api.POST('/api/register', { body: { email, name, password } }));
  }

  async verify(token: string): Promise<void> {
    await succeeded(this.#api.POST('/api/register/verifikasi', { body: { token } }));
  }

  /**
   * Accepts an invitation. Whoever has no account brings a name and a password; without them it is refused with the
   * rule `required`, and the invitation stays good.
   */
  async accept(token: string, newcomer?: Newcomer): Promise<void> {
    await succeeded(this.#api.POST('/api/invitations/accept', { body: { token, ...newcomer } }));
  }
}
