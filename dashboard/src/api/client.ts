import createClient, { type Client } from 'openapi-fetch';
import type { paths } from './contract.ts';

export type ApiClient = Client<paths>;

/** Where requests take their access token from, and how a spent one is exchanged. */
export interface AccessTokens {
  readonly accessToken: string | undefined;
  /** Gets a new access token; false when the session is over or the server cannot be reached. */
  renew(): Promise<boolean>;
}

/** A client without a token: for logging in, renewing and logging out. */
export function anonymousClient(): ApiClient {
  return createClient<paths>({ baseUrl: '/' });
}

/** A client that sends the access token, and after a 401 renews it and tries once more. */
export function authorisedClient(tokens: AccessTokens): ApiClient {
  const send = (request: Request): Promise<Response> => {
    if (tokens.accessToken !== undefined) {
      request.headers.set('authorization', `Bearer ${tokens.accessToken}`);
    }
    return fetch(request);
  };
  return createClient<paths>({
    baseUrl: '/',
    async fetch(request) {
      const first = await send(request.clone());
      if (first.status !== 401 || !(await tokens.renew())) {
        return first;
      }
      return send(request);
    },
  });
}
