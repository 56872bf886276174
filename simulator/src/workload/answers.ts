import { documented } from '../figures/figures.ts';
import { logNormal } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import { MICROS_PER_DAY, MICROS_PER_MS } from './calendar.ts';
import { type Endpoint, endpointOf, LATENCY_VARIATION, SIZE_VARIATION } from './endpoints.ts';
import { MONTH_REQUESTS } from './periods.ts';
import type { CacheOutcome, Method, RequestKind } from './request.ts';
import type { Step } from './session.ts';

/** A public page stays in the cache until what it shows is changed, at most for this long: an assumption. */
const PAGE_LIFETIME = 7 * MICROS_PER_DAY;
/** A page that is not cached takes this much longer than one that is: an assumption. */
const MISS_SLOWDOWN = 4;
/** Share of hits that the documented mean times of public pages are taken to contain. */
const TYPICAL_HITS = documented('cache.browsers') / 100;

const SERVER_ERROR = documented('errors.days-22-30') / 100;
/** Of server errors, those that say "try again later". */
const UNAVAILABLE = 0.2;
/** Rate-limited requests fall on the public pages, which are about 60 % of all. */
const RATE_LIMITED = documented('security.rate-limited') / (MONTH_REQUESTS * 0.6);
/** About 300 files are sent in a month of this model, proofs and photos together. */
const REJECTED_UPLOAD = documented('security.rejected-uploads') / 300;
/** Pages that are gone, and slots that somebody else has just booked: assumptions. */
const NOT_FOUND = 0.004;
const SLOT_TAKEN = 0.02;

const ERROR_BYTES = 280;
/** A refusal by the rate limiter costs no work. */
const REFUSAL_MS = 3;
/** A failing request first waits for what fails. */
const FAILURE_SLOWDOWN = 3;
const SHORTEST_MICROS = 500;

/** What the server makes of a request. */
export interface Answer {
  readonly method: Method;
  readonly endpoint: string;
  readonly kind: RequestKind;
  readonly status: number;
  readonly durationMicros: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly cache: CacheOutcome;
}

/** The cache of public pages. What is a hit follows from what was asked for and changed before. */
export class PageCache {
  readonly #storedAt = new Map<string, number>();
  readonly #changedAt = new Map<string, number>();

  /** Notes that what the pages under this path show was changed at this instant, microseconds. */
  change(path: string, at: number): void {
    this.#changedAt.set(path, at);
  }

  /**
   * Looks a page up at an instant (microseconds, not before the last one) and stores it when it was not there.
   *
   * @param variant which page under the path: an item, a search word, or empty
   */
  lookUp(path: string, variant: string | number, at: number): 'hit' | 'miss' {
    const page = `${path} ${variant}`;
    const freshFrom = Math.max(at - PAGE_LIFETIME, this.#changedAt.get(path) ?? 0);
    if ((this.#storedAt.get(page) ?? Number.NEGATIVE_INFINITY) >= freshFrom) {
      return 'hit';
    }
    this.#storedAt.set(page, at);
    return 'miss';
  }
}

/**
 * Status, time and sizes of one request: simple draws around the means of `endpoints.ts`.
 *
 * @param at when it is made, epoch microseconds
 */
export function answer(stream: RandomStream, step: Step, at: number, pages: PageCache): Answer {
  const endpoint = endpointOf(step.action);
  const status = statusOf(stream, endpoint);
  const failed = status >= 400;
  const cache =
    endpoint.page === undefined || failed
      ? 'none'
      : pages.lookUp(endpoint.path, step.search ?? step.item ?? '', at);
  if (endpoint.changes !== undefined && !failed) {
    pages.change(endpoint.changes, at);
  }
  const meanMs = meanTime(endpoint, status, cache);
  return {
    method: endpoint.method,
    endpoint: endpoint.path,
    kind: endpoint.kind,
    status,
    durationMicros: Math.max(
      SHORTEST_MICROS,
      Math.round(logNormal(stream, meanMs * MICROS_PER_MS, LATENCY_VARIATION)),
    ),
    bytesIn: Math.round(logNormal(stream, endpoint.bytesIn, SIZE_VARIATION)),
    bytesOut: Math.round(logNormal(stream, failed ? ERROR_BYTES : endpoint.bytesOut, SIZE_VARIATION)),
    cache,
  };
}

function statusOf(stream: RandomStream, endpoint: Endpoint): number {
  const fate = stream.next();
  if (fate < SERVER_ERROR) {
    return fate < SERVER_ERROR * UNAVAILABLE ? 503 : 500;
  }
  // What remains of one draw decides between everything else, so that each request costs the stream one number.
  const rest = (fate - SERVER_ERROR) / (1 - SERVER_ERROR);
  if (endpoint.group === 'browsing' && rest < RATE_LIMITED) {
    return 429;
  }
  if ((endpoint.page === 'course' || endpoint.page === 'mentor') && rest < RATE_LIMITED + NOT_FOUND) {
    return 404;
  }
  if (endpoint.kind === 'upload' && rest < REJECTED_UPLOAD) {
    return 422;
  }
  if (endpoint.path === '/api/pelanggan/pesan-sesi' && rest < SLOT_TAKEN) {
    return 409;
  }
  return endpoint.status;
}

function meanTime(endpoint: Endpoint, status: number, cache: CacheOutcome): number {
  if (status === 429) {
    return REFUSAL_MS;
  }
  if (status >= 500) {
    return endpoint.meanMs * FAILURE_SLOWDOWN;
  }
  if (cache === 'none') {
    return endpoint.meanMs;
  }
  // Hits and misses in the typical proportion have the documented mean.
  const hitMs = endpoint.meanMs / (TYPICAL_HITS + (1 - TYPICAL_HITS) * MISS_SLOWDOWN);
  return cache === 'hit' ? hitMs : hitMs * MISS_SLOWDOWN;
}
