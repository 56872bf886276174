import type { Input, SignalKey } from '@riwayat/alerting';
import type { RequestWindows, WindowOfRequests } from '@riwayat/collector';
import { answered, ownerOf } from './questions.ts';
import type { SignalReader } from './reader.ts';

const PERCENT = 100;

/** What a window's requests add up to; undefined: nothing was requested in it. */
type Found = Omit<WindowOfRequests, 'tenantId' | 'endpoint' | 'span'> | undefined;

/** What a signal is of a window's requests. */
const OF_REQUESTS = {
  response_time: (found, input) => ofAnswers(found, input, ({ meanMs }) => meanMs),
  response_time_p95: (found, input) => ofAnswers(found, input, ({ p95Ms }) => p95Ms),
  response_time_p99: (found, input) => ofAnswers(found, input, ({ p99Ms }) => p99Ms),
  error_rate: (found, { least }) => share(found?.errors, found?.calls, least),
  cache_hit_ratio: (found, { least }) => share(found?.cacheHits, found?.cacheLookups, least),
  // That nothing was requested is a rate like any other.
  throughput: (found, { window }) => (found?.calls ?? 0) / window,
} as const satisfies Partial<Record<SignalKey, (found: Found, input: Input) => number | null>>;

type RequestSignal = keyof typeof OF_REQUESTS;

export const REQUEST_SIGNALS = Object.keys(OF_REQUESTS).filter(isRequestSignal);

/** What a signal is of a window's requests, live and in the past; null: no data. */
export function requestValue(signal: RequestSignal, found: Found, input: Input): number | null {
  return OF_REQUESTS[signal](found, input);
}

/** Signals of requests: of raw rows, so that what comes late counts from the next round on. */
export function requestSignals(windows: Pick<RequestWindows, 'requests'>): SignalReader {
  return {
    signals: REQUEST_SIGNALS,
    read: (questions, at) =>
      answered(questions, at, async ({ whose, spans, questions: asked, placeOf }) => {
        const endpoints = new Set(asked.flatMap(({ input }) => input.only.endpoint ?? []));
        const rows = await windows.requests(whose, spans, [...endpoints]);
        const byKey = new Map(rows.map((row) => [keyOf(row.tenantId, row.endpoint, row.span), row]));
        return ({ tenantId, input }) => {
          const { signal, only } = input;
          const found = byKey.get(keyOf(ownerOf(tenantId), only.endpoint ?? '', placeOf(input)));
          return isRequestSignal(signal) ? requestValue(signal, found, input) : null;
        };
      }),
  };
}

export function isRequestSignal(key: string): key is RequestSignal {
  return Object.hasOwn(OF_REQUESTS, key);
}

function ofAnswers(
  found: Found,
  { least }: Input,
  value: (some: NonNullable<Found>) => number,
): number | null {
  return found === undefined || found.answers === 0 || found.answers < least ? null : value(found);
}

/** Percent; null of nothing, and of too few. */
function share(part = 0, of = 0, least = 0): number | null {
  return of === 0 || of < least ? null : (part / of) * PERCENT;
}

function keyOf(owner: string, endpoint: string, span: number): string {
  return `${owner} ${span} ${endpoint}`;
}
