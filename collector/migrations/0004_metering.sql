-- What bills are made of, by person and day, so that a screen can show a month's cost without its raw rows: memory-time,
-- renders, and how often a cache was asked and had the answer.
--
-- cpu_share: how busy a processor was with each request, in millionths, added up: the part of a request's weight that does
-- not follow from sums (src/metering/weights.ts). On a cluster, what was stored before gets it by repair-rollups.
ALTER TABLE {{database}}.usage_hour {{on_cluster}}
    ADD COLUMN IF NOT EXISTS cpu_share SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1));

ALTER TABLE {{database}}.usage_user_day {{on_cluster}}
    ADD COLUMN IF NOT EXISTS memory        SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS renders       SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS cache_lookups SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS cache_hits    SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS cpu_share     SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1));

-- Views are made anew under their names, never altered; see migration 2.
DROP VIEW IF EXISTS {{database}}.usage_hour_feed {{on_cluster}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{database}}.usage_hour_feed {{on_cluster}} TO {{database}}.usage_hour AS
SELECT
    tenant_id, hour, endpoint, method, status_class,
    sum(bucket_calls)     AS calls,
    sum(bucket_bytes_in)  AS bytes_in,
    sum(bucket_bytes_out) AS bytes_out,
    sum(bucket_cpu)       AS cpu,
    sum(bucket_memory)    AS memory,
    sum(bucket_duration)  AS duration,
    sumMap(map(bucket, bucket_calls)) AS latency,
    max(bucket_retention) AS retention,
    sum(bucket_cpu_share) AS cpu_share
FROM
(
    SELECT
        requests.tenant_id AS tenant_id,
        toDateTime(toStartOfHour(requests.ts), 'UTC') AS hour,
        requests.endpoint AS endpoint,
        requests.method AS method,
        toUInt8(intDiv(requests.status, 100)) AS status_class,
        toUInt16(if(requests.duration < 32, requests.duration,
            bitShiftRight(reinterpretAsUInt64(toFloat64(requests.duration)), 47) - 32864)) AS bucket,
        count()                 AS bucket_calls,
        sum(requests.bytes_in)  AS bucket_bytes_in,
        sum(requests.bytes_out) AS bucket_bytes_out,
        sum(requests.cpu)       AS bucket_cpu,
        sum(requests.memory)    AS bucket_memory,
        sum(requests.duration)  AS bucket_duration,
        max(requests.retention) AS bucket_retention,
        sum(intDiv(1000000 * least(requests.cpu, requests.duration), greatest(requests.duration, 1))) AS bucket_cpu_share
    FROM {{database}}.requests AS requests
    GROUP BY tenant_id, hour, endpoint, method, status_class, bucket
)
GROUP BY tenant_id, hour, endpoint, method, status_class;

DROP VIEW IF EXISTS {{database}}.usage_user_day_feed {{on_cluster}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{database}}.usage_user_day_feed {{on_cluster}} TO {{database}}.usage_user_day AS
SELECT
    requests.tenant_id AS tenant_id,
    requests.day AS day,
    toString(requests.user_id) AS user_id,
    requests.user_role AS user_role,
    count()                      AS calls,
    countIf(requests.status >= 500) AS errors,
    sum(requests.bytes_in)       AS bytes_in,
    sum(requests.bytes_out)      AS bytes_out,
    sum(requests.cpu)            AS cpu,
    min(requests.ts)             AS first_seen,
    max(requests.ts)             AS last_seen,
    max(requests.retention)      AS retention,
    groupUniqArrayIf(toUInt32(intDiv(toUnixTimestamp(requests.ts), 300)), requests.user_id != '') AS windows,
    sum(requests.memory)         AS memory,
    countIf(requests.kind = 'render') AS renders,
    countIf(requests.cache IN ('hit', 'miss')) AS cache_lookups,
    countIf(requests.cache = 'hit') AS cache_hits,
    sum(intDiv(1000000 * least(requests.cpu, requests.duration), greatest(requests.duration, 1))) AS cpu_share
FROM {{database}}.requests AS requests
GROUP BY tenant_id, day, user_id, user_role;

-- What was stored before: rows that add the new sums and nothing else. Under a token, so that a second time adds nothing.
INSERT INTO {{database}}.usage_hour (tenant_id, hour, endpoint, method, status_class, retention, cpu_share)
SELECT
    requests.tenant_id, toDateTime(toStartOfHour(requests.ts), 'UTC') AS hour, requests.endpoint, requests.method,
    toUInt8(intDiv(requests.status, 100)) AS status_class, max(requests.retention),
    sum(intDiv(1000000 * least(requests.cpu, requests.duration), greatest(requests.duration, 1)))
FROM {{database}}.requests AS requests
GROUP BY requests.tenant_id, hour, requests.endpoint, requests.method, status_class
ORDER BY requests.tenant_id, hour, requests.endpoint, requests.method, status_class
SETTINGS async_insert = 0, insert_deduplicate = 1, insert_deduplication_token = 'migration-4-usage-hour',
    max_threads = 1, max_insert_threads = 1, max_block_size = 1048576, min_insert_block_size_rows = 1048576,
    min_insert_block_size_bytes = 268435456;

INSERT INTO {{database}}.usage_user_day
    (tenant_id, day, user_id, user_role, first_seen, last_seen, retention, memory, renders, cache_lookups, cache_hits, cpu_share)
SELECT
    requests.tenant_id, requests.day, toString(requests.user_id) AS person, requests.user_role,
    min(requests.ts), max(requests.ts), max(requests.retention), sum(requests.memory),
    countIf(requests.kind = 'render'), countIf(requests.cache IN ('hit', 'miss')), countIf(requests.cache = 'hit'),
    sum(intDiv(1000000 * least(requests.cpu, requests.duration), greatest(requests.duration, 1)))
FROM {{database}}.requests AS requests
GROUP BY requests.tenant_id, requests.day, person, requests.user_role
ORDER BY requests.tenant_id, requests.day, person, requests.user_role
SETTINGS async_insert = 0, insert_deduplicate = 1, insert_deduplication_token = 'migration-4-usage-user-day',
    max_threads = 1, max_insert_threads = 1, max_block_size = 1048576, min_insert_block_size_rows = 1048576,
    min_insert_block_size_bytes = 268435456;
