import { type Accumulator, type Input, requestWindow, valuesAt } from '@riwayat/alerting';
import type { PieceOfRequests, RequestHistory } from '@riwayat/collector';
import { ownerOf, whoseOf } from '../signals/questions.ts';
import { isRequestSignal, REQUEST_SIGNALS, requestValue } from '../signals/request-signals.ts';
import type { SignalHistory } from './history.ts';
import { eachOf, windowsOf } from './instants.ts';

const MICROSECONDS_PER_MS = 1_000;
const P95 = 'response_time_p95';
const P99 = 'response_time_p99';

/** What signals of requests were: of pieces that windows are put together from. */
export function requestHistory(history: Pick<RequestHistory, 'requests'>): SignalHistory {
  return {
    signals: REQUEST_SIGNALS,
    async read(question, instants) {
      const { tenantId, input } = question;
      const pieces = await history.requests(whoseOf([question]), windowsOf(input, instants), {
        endpoint: input.only.endpoint,
        latency: input.signal === P95 || input.signal === P99,
      });
      const values = valuesAt(pieces, eachOf(instants), input, new RequestsOfWindow(input));
      return new Map([[ownerOf(tenantId), [...values]]]);
    },
  };
}

/** Requests of a window that moves on, read as a signal. All sums are whole numbers, so nothing is lost on the way. */
class RequestsOfWindow implements Accumulator<PieceOfRequests> {
  readonly #input: Input;
  /** Of the quantile that is asked for; where none is, nothing is in it. */
  readonly #quantile: Accumulator<PieceOfRequests>;
  #calls = 0;
  #errors = 0;
  #answers = 0;
  #duration = 0;
  #lookups = 0;
  #hits = 0;

  constructor(input: Input) {
    const all = { window: input.window, least: 0 };
    this.#input = input;
    this.#quantile = requestWindow(input.signal === P99 ? P99 : P95, all, (milliseconds) => milliseconds);
  }

  add(piece: PieceOfRequests): void {
    this.#count(piece, 1);
    this.#quantile.add(piece);
  }

  remove(piece: PieceOfRequests): void {
    this.#count(piece, -1);
    this.#quantile.remove(piece);
  }

  get value(): number | null {
    const { signal } = this.#input;
    if (!isRequestSignal(signal)) {
      return null;
    }
    return requestValue(signal, this.#found(), this.#input);
  }

  #found(): Parameters<typeof requestValue>[1] {
    if (this.#calls === 0) {
      return undefined;
    }
    const answers = this.#answers;
    const quantile = this.#quantile.value ?? 0;
    return {
      calls: this.#calls,
      errors: this.#errors,
      answers,
      meanMs: answers === 0 ? 0 : this.#duration / answers / MICROSECONDS_PER_MS,
      p95Ms: quantile,
      p99Ms: quantile,
      cacheLookups: this.#lookups,
      cacheHits: this.#hits,
    };
  }

  #count({ calls, errors, answers, duration, lookups, hits }: PieceOfRequests, sign: 1 | -1): void {
    this.#calls += sign * calls;
    this.#errors += sign * errors;
    this.#answers += sign * answers;
    this.#duration += sign * duration;
    this.#lookups += sign * lookups;
    this.#hits += sign * hits;
  }
}
