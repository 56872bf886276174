import { type IncomingMessage, type RequestOptions, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { lookupPublic, mayBePublic, PrivateAddressError } from './addresses.ts';

/** A provider that is well answers in a second. */
const TIMEOUT_MS = 15_000;
/** More of an answer than this tells nobody anything. */
const MOST_ANSWER_BYTES = 16 * 1024;
const SECOND_MS = 1_000;
/** Who wants us to wait for longer gets it earlier. */
const LONGEST_RETRY_AFTER_MS = 6 * 60 * 60 * SECOND_MS;

export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

export interface OutgoingAnswer {
  readonly status: number;
  /** The beginning of what was answered. */
  readonly text: string;
  /** As `Retry-After` says; undefined when it says nothing. */
  readonly retryAfterMs: number | undefined;
}

export interface OutgoingOptions {
  /** Whether hosts of the public Internet alone may be asked: where somebody else says which. */
  readonly publicOnly: boolean;
  readonly timeoutMs?: number;
  /** What certificates are signed by, beside what Node trusts; for tests. */
  readonly ca?: string;
}

/** Nobody answered: no such host, no connection, or not in time. */
export class UnansweredError extends Error {
  override readonly name = 'UnansweredError';
}

/** Sends one request. A redirect is an answer like any other: it is not followed. */
export class Outgoing {
  readonly #options: OutgoingOptions;

  constructor(options: OutgoingOptions) {
    this.#options = options;
  }

  /**
   * @throws {PrivateAddressError} for a host that nobody may send us to
   * @throws {UnansweredError}
   */
  async send({ method, url, headers, body }: OutgoingRequest): Promise<OutgoingAnswer> {
    const { publicOnly, timeoutMs = TIMEOUT_MS, ca } = this.#options;
    const target = new URL(url);
    if (publicOnly && !mayBePublic(target.hostname)) {
      throw new PrivateAddressError(target.hostname);
    }
    const signal = AbortSignal.timeout(timeoutMs);
    const bytes = Buffer.from(body);
    try {
      const answer = await exchange(
        target,
        {
          method,
          headers: { ...headers, 'content-length': String(bytes.length), 'user-agent': 'Riwayat' },
          signal,
          // Of its own: one that is kept open would be reused without looking at the address.
          agent: false,
          ...(publicOnly && { lookup: lookupPublic }),
          ...(ca !== undefined && { ca }),
        },
        bytes,
      );
      return {
        status: answer.statusCode ?? 0,
        text: await beginningOf(answer),
        retryAfterMs: retryAfterMs(answer.headers['retry-after']),
      };
    } catch (error) {
      if (error instanceof PrivateAddressError) {
        throw error;
      }
      const why = signal.aborted ? `no answer in ${timeoutMs} ms` : String(error);
      throw new UnansweredError(`${target.host}: ${why}`, { cause: error });
    }
  }
}

function exchange(
  url: URL,
  options: RequestOptions & { ca?: string },
  body: Buffer,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestByHttps : requestByHttp)(url, options, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function beginningOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer) {
    parts.push(Buffer.from(part));
    bytes += part.length;
    if (bytes >= MOST_ANSWER_BYTES) {
      answer.destroy();
      break;
    }
  }
  return Buffer.concat(parts).subarray(0, MOST_ANSWER_BYTES).toString('utf8');
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  const wait = /^\d+$/.test(value) ? Number(value) * SECOND_MS : Date.parse(value) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_RETRY_AFTER_MS);
}
