/*
 * A usage history made inside ClickHouse: 500 tenants at a steady 170,000 requests a day, so ten times the rows are
 * ten times the past.
 *
 * What always holds: the same seed of a row is the same row; rows go through the table `requests`, so both rollups
 * are fed; every id is as the product makes it (`usr_` and 20 hex digits, `ses_` and 24, time-sortable request ids).
 *
 * The mix: sessions, not single requests. A session belongs to one person of one tenant, begins between 7:00 and 23:00
 * local time (most at 15:00; 1 in 20 at any time), has 12 requests on average, one each 15 seconds. Tenants: the rank
 * is log-uniform (Zipf with exponent 1), so the first has 11 % of all and the last 0.03 %; the tenant of rank r has
 * 3,000/r people, at least 5, some more eager than others. 60 endpoints, log-uniform too. Log-logistic durations, CPU
 * times and sizes. 1 session in 10 is nobody's, 1 in 10 carries trace ids, 1 tenant in 5 keeps truncated addresses.
 */

const TENANTS = 500;
/** Of all tenants. */
export const TIMEZONE = 'Asia/Jakarta';
const UTC_OFFSET_HOURS = 7;
const ROWS_PER_DAY = 170_000;
const ENDPOINTS = 60;
const INSTANCES = 4;
const LARGEST_POPULATION = 3_000;
const SMALLEST_POPULATION = 5;
/** Of the floor of an exponential with mean 11.5: the mean is below it by about a half, and a first request comes on top. */
const MEAN_FOLLOWING_REQUESTS = 11.5;
const MEAN_SESSION_REQUESTS = 12;
const LONGEST_SESSION_REQUESTS = 80;
const THINK_MICROSECONDS = 15_000_000;
/** What a person's tenant lets be kept must be longer than the history, or rows vanish as they are inserted. */
const RETENTION_MONTHS = 60;
const SNOWFLAKE_EPOCH_MS = Date.UTC(2024, 0, 1);
const SNOWFLAKE_TIME_SHIFT = 22;
const SNOWFLAKE_INSTANCE_SHIFT = 12;

/** The tenant of a rank, 1 (the largest) to 500. */
export function tenantOfRank(rank: number): string {
  return `tenant-${rank}`;
}

/** How many days a history of so many rows covers. */
export function daysOf(rows: number): number {
  return Math.max(1, Math.round(rows / ROWS_PER_DAY));
}

/** SQL of a number between 0 and 1, both excluded: that of a stream, for the thing of a number. */
function uniform(thing: string, stream: number): string {
  return `((bitShiftRight(sipHash64(${thing}, ${stream}), 11) + 0.5) / 9007199254740992)`;
}

/** SQL of a log-logistic quantity around a median: what latencies and sizes look like, from a single logarithm. */
function spread(median: string, width: number, u: string): string {
  return `toUInt64(${median} * exp(${width} * log(${u} / (1 - ${u}))))`;
}

function hex(digits: number, things: string): string {
  return `substring(lower(hex(sipHash128(${things}))), 1, ${digits})`;
}

/**
 * The statement that inserts one local day.
 *
 * @param day a local day, `YYYY-MM-DD`; the same day gives the same rows
 */
export function insertDay(day: string): string {
  const seed = Math.round(Date.parse(day) / 86_400_000);
  const midnightSeconds = seed * 86_400 - UTC_OFFSET_HOURS * 3_600;
  const sessions = Math.round(ROWS_PER_DAY / MEAN_SESSION_REQUESTS);
  return `
INSERT INTO {{database}}.requests
  (ts, request_id, tenant_id, day, user_id, user_role, session_id, endpoint, method, status, duration, bytes_in, bytes_out,
   cpu, memory, cache, kind, trace_id, instance, source, outcome, messages, client_network, retention, stored_at)
SETTINGS async_insert = 0, min_insert_block_size_rows = 1048576, max_insert_threads = 1, max_threads = 2, max_partitions_per_insert_block = 0
WITH
  sessions AS (
    SELECT number + ${seed} * 1000000 AS session,
      toUInt16(pow(${TENANTS + 1}, ${uniform('session', 1)})) AS rank,
      toUInt32(greatest(${SMALLEST_POPULATION}, intDiv(${LARGEST_POPULATION}, rank)) * pow(${uniform('session', 2)}, 2)) AS person,
      ${uniform('session', 3)} < 0.1 AS nobody,
      toInt64(1000000 * (${midnightSeconds} + 3600 * if(${uniform('session', 4)} < 0.05, 24 * ${uniform('session', 5)},
        7 + 8 * (${uniform('session', 5)} + ${uniform('session', 6)})))) AS start,
      least(${LONGEST_SESSION_REQUESTS}, 1 + toUInt8(-${MEAN_FOLLOWING_REQUESTS} * log(${uniform('session', 7)}))) AS length,
      ${uniform('session', 8)} < 0.1 AS traced
    FROM numbers(${sessions})
  ),
  steps AS (SELECT *, arrayJoin(range(length)) AS step FROM sessions),
  requests AS (
    SELECT *,
      sipHash64(session, step) AS request,
      start + toInt64(${THINK_MICROSECONDS} * (step + ${uniform('request', 1)})) AS began,
      toUInt8(pow(${ENDPOINTS + 1}, ${uniform('request', 2)})) AS route,
      multiIf(route % 4 != 3, 'GET', route % 8 = 3, 'POST', 'PUT') AS verb,
      ${uniform('request', 3)} AS fate,
      toUInt16(multiIf(fate < 0.004, 500, fate < 0.006, 503, fate < 0.03, 404, fate < 0.04, 401, fate < 0.07 AND verb = 'GET', 304,
        verb = 'POST', 201, 200)) AS answer,
      route % 5 = 0 AS cached,
      ${spread('(3000 + 2500 * (route * 7 % 23))', 0.5, uniform('request', 4))} AS lasted,
      request % ${INSTANCES} AS host
    FROM steps
  )
SELECT
  fromUnixTimestamp64Micro(began, 'UTC'),
  bitOr(bitShiftLeft(toUInt64(intDiv(began + lasted, 1000) - ${SNOWFLAKE_EPOCH_MS}), ${SNOWFLAKE_TIME_SHIFT}),
    bitShiftLeft(host * 211 + 100, ${SNOWFLAKE_INSTANCE_SHIFT})),
  concat('tenant-', toString(rank)),
  toDate(fromUnixTimestamp64Micro(began, 'Asia/Jakarta')),
  if(nobody, '', concat('usr_', ${hex(20, 'rank, person')})),
  if(nobody, '', multiIf(person % 33 = 0, 'manager', person % 8 = 0, 'mentor', 'learner')),
  if(nobody, '', concat('ses_', ${hex(24, 'session')})),
  concat('/api/v1/', ['courses', 'members', 'invoices', 'lessons', 'reports', 'files'][route % 6 + 1], '/:id/part-', toString(route)),
  verb,
  answer,
  lasted,
  if(verb = 'GET', 0, ${spread('900', 0.6, uniform('request', 5))}),
  if(answer = 304, 0, ${spread('(400 + 900 * (route * 5 % 19))', 0.6, uniform('request', 6))}),
  ${spread('(200 + 60 * (route * 3 % 13))', 0.4, uniform('request', 7))},
  toUInt64(lasted * (180 + sipHash64(intDiv(began, 60000000), host) % 20) / if(${uniform('request', 8)} < 0.8, 1, 2)),
  if(cached, if(${uniform('request', 9)} < 0.7, 'hit', 'miss'), 'none'),
  multiIf(route = 7, 'upload', route = 11, 'download', route = 13, 'render', 'api'),
  if(traced, ${hex(32, "request, 'trace'")}, ''),
  concat('api-', toString(host)),
  'live',
  multiIf(fate > 0.998, 'aborted', fate > 0.9975, 'timed-out', 'completed'),
  0,
  if(rank % 5 = 0 AND NOT nobody, concat('103.', toString(rank % 200), '.', toString(person % 250), '.0/24'), ''),
  ${RETENTION_MONTHS},
  toDateTime(intDiv(began + lasted, 1000000) + 2, 'UTC')
FROM requests`;
}
