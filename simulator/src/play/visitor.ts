import { endpointOf } from '../workload/endpoints.ts';
import type { Session, Step } from '../workload/session.ts';
import type { KnownIds } from './known-ids.ts';

export interface Account {
  readonly email: string;
  readonly password: string;
}

export interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly text: string;
}

/** Sends one request. Rejects when no answer comes. */
type Send = (path: string, init: RequestInit) => Promise<Answer>;

export interface VisitorOptions {
  readonly session: Session;
  readonly account: Account | undefined;
  readonly send: Send;
  /** Ids that any visitor has seen. */
  readonly ids: KnownIds;
  /** Headers of every request. */
  readonly headers: Readonly<Record<string, string>>;
}

const USER_AGENTS = {
  mobile:
    'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36',
  desktop:
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
} as const;
const LOGIN = endpointOf('login').path;
const UNAUTHORISED = 401;

/** A simulated person's browser in one session: its token, its cookies, and the lists it has seen. */
export class Visitor {
  readonly #options: VisitorOptions;
  readonly #cookies = new Map<string, string>();
  #token: string | undefined;
  /** True from a log-in step on: requests are then made with a token. */
  #isMember = false;

  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  /** Notes a step that was not sent: a visitor who is met in the middle of a session has logged in before. */
  skip(step: Step): void {
    if (step.action === 'login') {
      this.#isMember = true;
    }
  }

  /**
   * Makes the request of one step, with a log-in before it when the token is gone.
   *
   * @throws when the target does not answer
   */
  async take(step: Step): Promise<void> {
    switch (step.action) {
      case 'login':
        this.#isMember = true;
        return this.#logIn();
      case 'logout':
        return this.#logOut();
      case 'token.refresh':
        return this.#renew();
      default:
        return this.#ask(step);
    }
  }

  async #ask(step: Step): Promise<void> {
    if (this.#isMember && this.#token === undefined) {
      await this.#logIn();
    }
    const { ids } = this.#options;
    const { path } = endpointOf(step.action);
    const list = path.replace('/:id', '');
    const id = path === list ? undefined : ids.pick(list, step.item ?? 1);
    // Without an id to ask for, a person would look at the list first.
    const address = id === undefined ? list : `${list}/${encodeURIComponent(id)}`;
    const query = step.search === undefined ? '' : `?q=${encodeURIComponent(step.search)}`;
    const answer = await this.#request('GET', `${address}${query}`);
    if (answer.status === UNAUTHORISED) {
      this.#token = undefined;
    }
    if (isFine(answer) && id === undefined) {
      ids.learn(list, parseJson(answer.text));
    }
  }

  async #logIn(): Promise<void> {
    const { account } = this.#options;
    if (account !== undefined) {
      this.#token = tokenIn(await this.#answer(LOGIN, { email: account.email, password: account.password }));
    }
  }

  async #renew(): Promise<void> {
    if (this.#cookies.size > 0) {
      this.#token = tokenIn(await this.#answer(endpointOf('token.refresh').path));
    }
  }

  async #logOut(): Promise<void> {
    if (this.#token !== undefined) {
      await this.#answer(endpointOf('logout').path);
      this.#token = undefined;
      this.#isMember = false;
    }
  }

  /** The body of the answer to a POST, undefined when the answer is an error. */
  async #answer(path: string, body?: unknown): Promise<unknown> {
    const answer = await this.#request('POST', path, body);
    return isFine(answer) ? parseJson(answer.text) : undefined;
  }

  async #request(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const { headers, send, session } = this.#options;
    const answer = await send(path, {
      method,
      headers: {
        'user-agent': USER_AGENTS[session.device],
        // As a browser says of what the application's own pages ask.
        'sec-fetch-site': 'same-origin',
        ...headers,
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(this.#cookies.size === 0
          ? {}
          : { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    this.#keepCookies(answer.cookies);
    return answer;
  }

  #keepCookies(cookies: readonly string[]): void {
    for (const cookie of cookies) {
      const [pair = ''] = cookie.split(';');
      const separator = pair.indexOf('=');
      if (separator > 0) {
        const name = pair.slice(0, separator).trim();
        const value = pair.slice(separator + 1).trim();
        if (value === '') {
          this.#cookies.delete(name);
        } else {
          this.#cookies.set(name, value);
        }
      }
    }
  }
}

function isFine({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** The text's JSON, or undefined when it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tokenIn(body: unknown): string | undefined {
  return typeof body === 'object' &&
    body !== null &&
    'access_token' in body &&
    typeof body.access_token === 'string'
    ? body.access_token
    : undefined;
}
