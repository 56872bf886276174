/** What the dashboard says to the API and hears back, in the form that openapi-fetch reads. */

/** An RFC 9457 problem document. `code` is stable and is what messages are chosen by. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code: string;
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  /** IANA name; every day and month shown is one of this zone. */
  readonly timezone: string;
  readonly locale: string;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly permissions: string[];
  readonly tenant: Tenant;
}

/** The answer to a log-in and to a renewal; the refresh token beside it is an HttpOnly cookie. */
export interface Grant {
  readonly access_token: string;
  readonly token_type: string;
  /** Seconds until the access token ends. */
  readonly expires_in: number;
  readonly user: User;
}

export type PeriodName = 'current_month' | 'last_month' | 'last_7_days' | 'today' | 'custom';

/** Calendar days of the tenant's zone, `YYYY-MM-DD`, both inclusive. */
export interface DayRange {
  readonly start: string;
  readonly end: string;
  readonly timezone: string;
}

interface Metered {
  readonly limit: number | null;
  /** Percent of the limit. */
  readonly percentage: number | null;
  /** Whole rupiah. */
  readonly cost: number | null;
}

export interface UsageSummary {
  readonly period: PeriodName;
  readonly range: DayRange;
  readonly api_calls: Metered & { readonly total: number };
  readonly data_transfer: Metered & {
    /** GB of 10^9 bytes. */
    readonly total: number;
    readonly bytes: number;
    readonly unit: 'GB';
  };
  readonly active_users: Metered & { readonly total: number; readonly concurrent_peak: number };
  /** Whole rupiah; null while nothing is billed. */
  readonly total_cost: {
    readonly current: number;
    readonly budget: number | null;
    readonly percentage: number | null;
    readonly prediction: number | null;
  } | null;
  /** The span before; null when it has no usage. */
  readonly previous: {
    readonly range: DayRange;
    readonly api_calls: number;
    readonly data_transfer_bytes: number;
    readonly active_users: number;
  } | null;
}

interface DailyUsage {
  readonly date: string;
  readonly api_calls: number;
  readonly errors: number;
  readonly data_transfer: number;
  readonly data_transfer_bytes: number;
  readonly active_users: number;
  readonly cost: number | null;
}

/** Times are milliseconds; `error_rate` is percent of the calls. */
export interface EndpointUsage {
  readonly endpoint: string;
  readonly method: string;
  readonly calls: number;
  readonly avg_response_time: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly error_rate: number;
  readonly data_transfer_bytes: number;
  readonly cost: number | null;
}

export interface DetailedUsage {
  readonly period: DayRange;
  readonly daily_usage: DailyUsage[];
  /** Absent without the permission `endpoints:read`. */
  readonly endpoint_breakdown?: EndpointUsage[];
}

/** Which span of usage is asked for; `custom` needs both days. */
export interface UsageQuery {
  readonly period?: PeriodName;
  readonly start?: string;
  readonly end?: string;
}

interface Json<Body> {
  headers: Record<string, unknown>;
  content: { 'application/json': Body };
}

interface ProblemResponse {
  headers: Record<string, unknown>;
  content: { 'application/problem+json': Problem };
}

interface UsageOperation<Body> {
  parameters: { query?: UsageQuery };
  responses: {
    200: Json<Body>;
    400: ProblemResponse;
    401: ProblemResponse;
    403: ProblemResponse;
    503: ProblemResponse;
  };
}

/** The API's paths, as openapi-typescript writes them. */
export interface paths {
  '/api/login': {
    post: {
      requestBody: { content: { 'application/json': { email: string; password: string } } };
      responses: { 200: Json<Grant>; 401: ProblemResponse; 429: ProblemResponse };
    };
  };
  '/api/token/refresh': { post: { responses: { 200: Json<Grant>; 401: ProblemResponse } } };
  '/api/logout': { post: { responses: { 204: { headers: Record<string, unknown>; content?: never } } } };
  '/api/v1/tenant/usage/summary': { get: UsageOperation<UsageSummary> };
  '/api/v1/tenant/usage/detailed': { get: UsageOperation<DetailedUsage> };
}
