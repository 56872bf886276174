import { backoffDelay } from './backoff.ts';
import { parseTick } from './tick.ts';
import { resumePoint, type TickWindow, withTick } from './tick-window.ts';

const PROTOCOL = 'riwayat.usage.v1';
const TOKEN_PROTOCOL_PREFIX = 'bearer.';
/** Ticks come each second. After this long without one the connection is taken for dead, whatever the socket says. */
const SILENCE_MS = 8_000;
const SECOND_MS = 1_000;

/** The server's reasons to end a feed that need an answer of their own. */
const CLOSE_CODE = { tokenExpired: 4401, forbidden: 4403 } as const;

export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'waiting'; readonly seconds: number }
  | { readonly kind: 'offline' }
  | { readonly kind: 'forbidden' };

/** What the connection needs of the session. */
export interface LiveCredentials {
  readonly accessToken: string | undefined;
  renew(): Promise<boolean>;
}

/**
 * The live feed of the logged-in person's tenant. It holds on by itself: a lost connection is tried again with
 * growing pauses, at once when the browser comes back online or into view, and goes on where it stopped.
 */
export class LiveConnection {
  readonly #credentials: LiveCredentials;
  readonly #address: string;
  #state = $state.raw<LiveState>({ kind: 'connecting' });
  #window = $state.raw<TickWindow>([]);
  #socket: WebSocket | undefined;
  #opened = false;
  #failures = 0;
  #retryAt = 0;
  #heardAt = 0;

  /** @param address `ws:` or `wss:` address of the feed */
  constructor(credentials: LiveCredentials, address: string) {
    this.#credentials = credentials;
    this.#address = address;
  }

  get state(): LiveState {
    return this.#state;
  }

  /** The last two minutes, oldest tick first. */
  get window(): TickWindow {
    return this.#window;
  }

  /** Connects, and keeps connected until the returned function is called. */
  open(): () => void {
    this.#opened = true;
    const stopping = new AbortController();
    const { signal } = stopping;
    window.addEventListener('online', () => this.#wake(), { signal });
    window.addEventListener('offline', () => this.#lose({ kind: 'offline' }), { signal });
    document.addEventListener('visibilitychange', () => this.#wake(), { signal });
    const clock = window.setInterval(() => this.#everySecond(), SECOND_MS);
    this.#connect();
    return () => {
      stopping.abort();
      window.clearInterval(clock);
      this.#opened = false;
      this.#drop();
    };
  }

  #connect(): void {
    this.#drop();
    const { accessToken } = this.#credentials;
    if (!navigator.onLine) {
      this.#state = { kind: 'offline' };
      return;
    }
    if (accessToken === undefined) {
      this.#waitForRetry();
      return;
    }
    this.#state = { kind: 'connecting' };
    this.#heardAt = Date.now();
    const address = new URL(this.#address);
    const since = resumePoint(this.#window);
    if (since !== undefined) {
      address.searchParams.set('since', since);
    }
    const socket = new WebSocket(address, [PROTOCOL, TOKEN_PROTOCOL_PREFIX + accessToken]);
    this.#socket = socket;
    // A socket that was given up may still speak: only the current one is listened to.
    socket.addEventListener('message', ({ data }) => socket === this.#socket && this.#hear(data));
    socket.addEventListener('close', ({ code }) => socket === this.#socket && void this.#closed(code));
  }

  #hear(message: unknown): void {
    const tick = parseTick(message);
    if (tick === undefined) {
      return;
    }
    this.#heardAt = Date.now();
    this.#failures = 0;
    this.#window = withTick(this.#window, tick);
    if (this.#state.kind !== 'live') {
      this.#state = { kind: 'live' };
    }
  }

  async #closed(code: number): Promise<void> {
    this.#socket = undefined;
    if (code === CLOSE_CODE.forbidden) {
      this.#state = { kind: 'forbidden' };
      return;
    }
    // A fresh token is worth one immediate attempt. If that is turned away too, it is a failure like any other.
    if (code === CLOSE_CODE.tokenExpired && this.#failures === 0) {
      this.#failures = 1;
      this.#state = { kind: 'connecting' };
      if ((await this.#credentials.renew()) && this.#opened) {
        this.#connect();
        return;
      }
    }
    this.#waitForRetry();
  }

  #waitForRetry(): void {
    const delay = backoffDelay(this.#failures, Math.random());
    this.#failures += 1;
    this.#retryAt = Date.now() + delay;
    this.#state = navigator.onLine
      ? { kind: 'waiting', seconds: Math.ceil(delay / SECOND_MS) }
      : { kind: 'offline' };
  }

  #everySecond(): void {
    const now = Date.now();
    if (this.#state.kind === 'waiting') {
      const seconds = Math.ceil((this.#retryAt - now) / SECOND_MS);
      if (seconds <= 0) {
        this.#connect();
      } else {
        this.#state = { kind: 'waiting', seconds };
      }
    } else if (this.#socket !== undefined && now - this.#heardAt > SILENCE_MS) {
      this.#drop();
      this.#waitForRetry();
    }
  }

  /** Something changed for the better: the network is back, or somebody looks at the page again. */
  #wake(): void {
    const { kind } = this.#state;
    if (document.visibilityState === 'visible' && (kind === 'waiting' || kind === 'offline')) {
      this.#failures = 0;
      this.#connect();
    }
  }

  #lose(state: LiveState): void {
    if (this.#state.kind !== 'forbidden') {
      this.#drop();
      this.#state = state;
    }
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }
}
