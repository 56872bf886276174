-- One row a request. The window of remembered insert tokens is what makes sending a segment twice count once; the
-- rollups need windows of their own. 10,000 tokens are over an hour of segments at two a second.
CREATE TABLE IF NOT EXISTS {{database}}.requests {{on_cluster}}
(
    ts         DateTime64(6, 'UTC')     CODEC(Delta(8), ZSTD(1)),
    request_id UInt64                   CODEC(Delta(8), ZSTD(1)),
    tenant_id  LowCardinality(String)   CODEC(ZSTD(1)),
    day        Date                     CODEC(ZSTD(1)),
    user_id    LowCardinality(String)   CODEC(ZSTD(1)),
    user_role  LowCardinality(String)   CODEC(ZSTD(1)),
    session_id String                   CODEC(ZSTD(1)),
    endpoint   LowCardinality(String)   CODEC(ZSTD(1)),
    method     LowCardinality(String)   CODEC(ZSTD(1)),
    status     UInt16                   CODEC(T64, ZSTD(1)),
    duration   UInt64                   CODEC(T64, ZSTD(1)),
    bytes_in   UInt64                   CODEC(T64, ZSTD(1)),
    bytes_out  UInt64                   CODEC(T64, ZSTD(1)),
    cpu        UInt64                   CODEC(T64, ZSTD(1)),
    memory     UInt64                   CODEC(T64, ZSTD(1)),
    cache      LowCardinality(String)   CODEC(ZSTD(1)),
    kind       LowCardinality(String)   CODEC(ZSTD(1)),
    trace_id   String                   CODEC(ZSTD(1)),
    instance   LowCardinality(String)   CODEC(ZSTD(1)),
    source     LowCardinality(String)   CODEC(ZSTD(1)),
    stored_at  DateTime('UTC') DEFAULT now() CODEC(Delta(4), ZSTD(1))
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toYYYYMM(ts)
ORDER BY (tenant_id, ts)
TTL toDateTime(ts) + INTERVAL 13 MONTH
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

-- Rows that could not be stored as they are, whole, with the reason.
CREATE TABLE IF NOT EXISTS {{database}}.rejected {{on_cluster}}
(
    rejected_at DateTime('UTC') DEFAULT now() CODEC(Delta(4), ZSTD(1)),
    tenant_id   LowCardinality(String)        CODEC(ZSTD(1)),
    segment     String                        CODEC(ZSTD(1)),
    line        String                        CODEC(ZSTD(3)),
    reason      String                        CODEC(ZSTD(3))
)
ENGINE = {{engine:MergeTree}}
ORDER BY (tenant_id, rejected_at)
TTL rejected_at + INTERVAL 13 MONTH
SETTINGS non_replicated_deduplication_window = 10000;

-- Names of histories already stored: unlike insert tokens these are never forgotten.
CREATE TABLE IF NOT EXISTS {{database}}.imports {{on_cluster}}
(
    name        String                        CODEC(ZSTD(1)),
    records     UInt64                        CODEC(T64, ZSTD(1)),
    imported_at DateTime('UTC') DEFAULT now() CODEC(Delta(4), ZSTD(1))
)
ENGINE = {{engine:MergeTree}}
ORDER BY name
SETTINGS non_replicated_deduplication_window = 10000;

-- Usage by minute. status_class is the first digit of the status. latency counts requests by bucket of duration.
CREATE TABLE IF NOT EXISTS {{database}}.usage_minute {{on_cluster}}
(
    tenant_id    LowCardinality(String)                       CODEC(ZSTD(1)),
    minute       DateTime('UTC')                              CODEC(Delta(4), ZSTD(1)),
    endpoint     LowCardinality(String)                       CODEC(ZSTD(1)),
    method       LowCardinality(String)                       CODEC(ZSTD(1)),
    status_class UInt8                                        CODEC(T64, ZSTD(1)),
    calls        SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    bytes_in     SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    bytes_out    SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    cpu          SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    memory       SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    duration     SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    latency      SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
)
ENGINE = {{engine:AggregatingMergeTree}}
PARTITION BY toYYYYMM(minute)
ORDER BY (tenant_id, minute, endpoint, method, status_class)
TTL minute + INTERVAL 13 MONTH
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

-- The bucket of a duration d, in microseconds: d itself below 32; above, the exponent and the first five bits of
-- the mantissa of d as a double, so that a bucket is 1/32 of its octave wide (src/usage/latency.ts reads it back).
CREATE MATERIALIZED VIEW IF NOT EXISTS {{database}}.usage_minute_feed {{on_cluster}} TO {{database}}.usage_minute AS
SELECT
    tenant_id, minute, endpoint, method, status_class,
    sum(bucket_calls)     AS calls,
    sum(bucket_bytes_in)  AS bytes_in,
    sum(bucket_bytes_out) AS bytes_out,
    sum(bucket_cpu)       AS cpu,
    sum(bucket_memory)    AS memory,
    sum(bucket_duration)  AS duration,
    sumMap(map(bucket, bucket_calls)) AS latency
FROM
(
    SELECT
        requests.tenant_id AS tenant_id,
        toDateTime(toStartOfMinute(requests.ts), 'UTC') AS minute,
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
        sum(requests.duration)  AS bucket_duration
    FROM {{database}}.requests AS requests
    GROUP BY tenant_id, minute, endpoint, method, status_class, bucket
)
GROUP BY tenant_id, minute, endpoint, method, status_class;

-- Usage by person and local day. Errors are statuses of 500 and above.
CREATE TABLE IF NOT EXISTS {{database}}.usage_user_day {{on_cluster}}
(
    tenant_id  LowCardinality(String)                                CODEC(ZSTD(1)),
    day        Date                                                  CODEC(ZSTD(1)),
    user_id    String                                                CODEC(ZSTD(1)),
    user_role  LowCardinality(String)                                CODEC(ZSTD(1)),
    calls      SimpleAggregateFunction(sum, UInt64)                  CODEC(T64, ZSTD(1)),
    errors     SimpleAggregateFunction(sum, UInt64)                  CODEC(T64, ZSTD(1)),
    bytes_in   SimpleAggregateFunction(sum, UInt64)                  CODEC(T64, ZSTD(1)),
    bytes_out  SimpleAggregateFunction(sum, UInt64)                  CODEC(T64, ZSTD(1)),
    cpu        SimpleAggregateFunction(sum, UInt64)                  CODEC(T64, ZSTD(1)),
    first_seen SimpleAggregateFunction(min, DateTime64(6, 'UTC'))    CODEC(Delta(8), ZSTD(1)),
    last_seen  SimpleAggregateFunction(max, DateTime64(6, 'UTC'))    CODEC(Delta(8), ZSTD(1))
)
ENGINE = {{engine:AggregatingMergeTree}}
PARTITION BY toYYYYMM(day)
ORDER BY (tenant_id, day, user_id, user_role)
TTL day + INTERVAL 13 MONTH
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

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
    max(requests.ts)             AS last_seen
FROM {{database}}.requests AS requests
GROUP BY tenant_id, day, user_id, user_role;
