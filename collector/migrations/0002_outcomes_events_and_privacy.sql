-- How requests ended, whose network they came from, and for how many months each row is kept: retention is the
-- tenant's choice, so it stands in the row. event_key is never stored; it travels in the line.
--
-- Rows go one by one, for tenants of one partition differ: a part is dropped whole when all of it is past, which costs
-- nothing, and is written again without what is past at most once a week (604,800 s) otherwise. What is stored keeps
-- its 13 months, so no part is looked at now (materialize_ttl_after_modify).
ALTER TABLE {{database}}.requests {{on_cluster}}
    ADD COLUMN IF NOT EXISTS outcome        LowCardinality(String) DEFAULT 'completed' CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS messages       UInt32                                     CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS client_network LowCardinality(String)                     CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS retention      UInt8 DEFAULT 13                           CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS event_key      String EPHEMERAL '';

ALTER TABLE {{database}}.requests {{on_cluster}}
    MODIFY SETTING ttl_only_drop_parts = 0, merge_with_ttl_timeout = 604800;

ALTER TABLE {{database}}.requests {{on_cluster}} MODIFY TTL toDateTime(ts) + toIntervalMonth(retention)
    SETTINGS materialize_ttl_after_modify = 0;

ALTER TABLE {{database}}.rejected {{on_cluster}}
    ADD COLUMN IF NOT EXISTS source    LowCardinality(String) CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS event_id  String                 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS retention UInt8 DEFAULT 13       CODEC(ZSTD(1));

ALTER TABLE {{database}}.rejected {{on_cluster}} MODIFY SETTING merge_with_ttl_timeout = 604800;

ALTER TABLE {{database}}.rejected {{on_cluster}} MODIFY TTL rejected_at + toIntervalMonth(retention)
    SETTINGS materialize_ttl_after_modify = 0;

-- Business events, as CloudEvents tell them.
CREATE TABLE IF NOT EXISTS {{database}}.events {{on_cluster}}
(
    ts        DateTime64(6, 'UTC')   CODEC(Delta(8), ZSTD(1)),
    tenant_id LowCardinality(String) CODEC(ZSTD(1)),
    id        String                 CODEC(ZSTD(1)),
    source    LowCardinality(String) CODEC(ZSTD(1)),
    type      LowCardinality(String) CODEC(ZSTD(1)),
    subject   String                 CODEC(ZSTD(1)),
    data      String                 CODEC(ZSTD(3)),
    user_id   String                 CODEC(ZSTD(1)),
    retention UInt8 DEFAULT 13       CODEC(ZSTD(1)),
    event_key String EPHEMERAL '',
    stored_at DateTime('UTC') DEFAULT now() CODEC(Delta(4), ZSTD(1))
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toYYYYMM(ts)
ORDER BY (tenant_id, type, ts)
TTL toDateTime(ts) + toIntervalMonth(retention)
SETTINGS non_replicated_deduplication_window = 10000, merge_with_ttl_timeout = 604800;

-- What each process and its host used, every five seconds.
CREATE TABLE IF NOT EXISTS {{database}}.resource_samples {{on_cluster}}
(
    ts                   DateTime64(6, 'UTC')   CODEC(Delta(8), ZSTD(1)),
    instance             LowCardinality(String) CODEC(ZSTD(1)),
    cpu                  Float32                CODEC(ZSTD(1)),
    host_cpu             Float32                CODEC(ZSTD(1)),
    rss                  UInt64                 CODEC(T64, ZSTD(1)),
    heap_used            UInt64                 CODEC(T64, ZSTD(1)),
    heap_total           UInt64                 CODEC(T64, ZSTD(1)),
    external             UInt64                 CODEC(T64, ZSTD(1)),
    memory_limit         UInt64                 CODEC(T64, ZSTD(1)),
    host_memory_used     UInt64                 CODEC(T64, ZSTD(1)),
    host_memory_total    UInt64                 CODEC(T64, ZSTD(1)),
    event_loop_lag_p99   UInt64                 CODEC(T64, ZSTD(1)),
    event_loop_lag_max   UInt64                 CODEC(T64, ZSTD(1)),
    open_sockets         UInt64                 CODEC(T64, ZSTD(1)),
    database_connections UInt64                 CODEC(T64, ZSTD(1)),
    database_waiting     UInt64                 CODEC(T64, ZSTD(1)),
    queue_depth          UInt64                 CODEC(T64, ZSTD(1)),
    cache_hits           UInt64                 CODEC(T64, ZSTD(1)),
    cache_misses         UInt64                 CODEC(T64, ZSTD(1)),
    disk_free            UInt64                 CODEC(T64, ZSTD(1)),
    disk_total           UInt64                 CODEC(T64, ZSTD(1)),
    spool_bytes          UInt64                 CODEC(T64, ZSTD(1))
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toYYYYMM(ts)
ORDER BY (instance, ts)
TTL toDateTime(ts) + INTERVAL 13 MONTH
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

-- What was taken in, by tenant, hour (UTC) of what happened and lane, counted as it was taken: the count that raw rows
-- are held to. One insert a segment, under the segment's token; the rows of an hour add up to one when parts merge.
-- accepted: lines taken; refused: those of them that the store would not take; duplicates and rejected: not taken.
CREATE TABLE IF NOT EXISTS {{database}}.ledger {{on_cluster}}
(
    tenant_id  LowCardinality(String)               CODEC(ZSTD(1)),
    hour       DateTime('UTC')                      CODEC(Delta(4), ZSTD(1)),
    lane       LowCardinality(String)               CODEC(ZSTD(1)),
    accepted   SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    refused    SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    duplicates SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    rejected   SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1))
)
ENGINE = {{engine:AggregatingMergeTree}}
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant_id, hour, lane)
TTL hour + INTERVAL 120 MONTH
SETTINGS non_replicated_deduplication_window = 10000, ttl_only_drop_parts = 1;

-- What was stored before there was a ledger was taken before.
INSERT INTO {{database}}.ledger (tenant_id, hour, lane, accepted)
SELECT requests.tenant_id, toDateTime(toStartOfHour(requests.ts), 'UTC') AS hour, 'requests', count()
FROM {{database}}.requests AS requests
GROUP BY requests.tenant_id, hour
ORDER BY requests.tenant_id, hour
SETTINGS async_insert = 0, insert_deduplicate = 1, insert_deduplication_token = 'migration-2-ledger',
    max_threads = 1, max_insert_threads = 1, max_block_size = 1048576, min_insert_block_size_rows = 1048576,
    min_insert_block_size_bytes = 268435456;

-- Usage by hour (UTC), in the place of usage_minute: half the space and, over a month, 40 % of the time. What is asked of
-- minutes that are not of a whole hour is read from raw rows. The old table is only read here; the next migration drops it.
CREATE TABLE IF NOT EXISTS {{database}}.usage_hour {{on_cluster}}
(
    tenant_id    LowCardinality(String)                       CODEC(ZSTD(1)),
    hour         DateTime('UTC')                              CODEC(Delta(4), ZSTD(1)),
    endpoint     LowCardinality(String)                       CODEC(ZSTD(1)),
    method       LowCardinality(String)                       CODEC(ZSTD(1)),
    status_class UInt8                                        CODEC(T64, ZSTD(1)),
    calls        SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    bytes_in     SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    bytes_out    SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    cpu          SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    memory       SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    duration     SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    latency      SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1)),
    retention    SimpleAggregateFunction(max, UInt8) DEFAULT 13 CODEC(ZSTD(1))
)
ENGINE = {{engine:AggregatingMergeTree}}
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant_id, hour, endpoint, method, status_class)
TTL hour + toIntervalMonth(retention)
SETTINGS non_replicated_deduplication_window = 10000, merge_with_ttl_timeout = 604800;

-- From one feed to the other. Migrations run before anything is sent, so no row is stored between the two. A segment that
-- the first version had stored and not yet deleted counts twice here when it is sent again: the reconciliation finds it,
-- repair-rollups heals it.
DROP VIEW IF EXISTS {{database}}.usage_minute_feed {{on_cluster}};

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
    max(bucket_retention) AS retention
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
        max(requests.retention) AS bucket_retention
    FROM {{database}}.requests AS requests
    GROUP BY tenant_id, hour, endpoint, method, status_class, bucket
)
GROUP BY tenant_id, hour, endpoint, method, status_class;

-- What was stored before; it keeps its 13 months. Under a token, so that a second time adds nothing.
INSERT INTO {{database}}.usage_hour
    (tenant_id, hour, endpoint, method, status_class, calls, bytes_in, bytes_out, cpu, memory, duration, latency)
SELECT
    minutes.tenant_id, toStartOfHour(minutes.minute) AS hour, minutes.endpoint, minutes.method, minutes.status_class,
    sum(minutes.calls), sum(minutes.bytes_in), sum(minutes.bytes_out), sum(minutes.cpu), sum(minutes.memory),
    sum(minutes.duration), sumMap(minutes.latency)
FROM {{database}}.usage_minute AS minutes
GROUP BY minutes.tenant_id, hour, minutes.endpoint, minutes.method, minutes.status_class
ORDER BY minutes.tenant_id, hour, minutes.endpoint, minutes.method, minutes.status_class
SETTINGS async_insert = 0, insert_deduplicate = 1, insert_deduplication_token = 'migration-2-usage-hour',
    max_threads = 1, max_insert_threads = 1, max_block_size = 1048576, min_insert_block_size_rows = 1048576,
    min_insert_block_size_bytes = 268435456;

-- The view is made anew under its name, never altered: what a rollup remembers of insert tokens hangs on the view's name,
-- and after MODIFY QUERY (26.7) it differs until the engine starts again, so that a segment sent twice around that start
-- would count twice.
--
-- windows: in which five minutes (epoch seconds / 300) a person was there, so that the most people at once over a month
-- is a question to a few rows a person, not to every request.
ALTER TABLE {{database}}.usage_user_day {{on_cluster}}
    ADD COLUMN IF NOT EXISTS retention SimpleAggregateFunction(max, UInt8) DEFAULT 13 CODEC(ZSTD(1)),
    ADD COLUMN IF NOT EXISTS windows   SimpleAggregateFunction(groupUniqArrayArray, Array(UInt32)) CODEC(ZSTD(1));

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
    groupUniqArrayIf(toUInt32(intDiv(toUnixTimestamp(requests.ts), 300)), requests.user_id != '') AS windows
FROM {{database}}.requests AS requests
GROUP BY tenant_id, day, user_id, user_role;

ALTER TABLE {{database}}.usage_user_day {{on_cluster}}
    MODIFY SETTING ttl_only_drop_parts = 0, merge_with_ttl_timeout = 604800;

ALTER TABLE {{database}}.usage_user_day {{on_cluster}} MODIFY TTL day + toIntervalMonth(retention)
    SETTINGS materialize_ttl_after_modify = 0;

-- What was stored before: rows that add the windows and nothing else. A second time changes nothing.
INSERT INTO {{database}}.usage_user_day (tenant_id, day, user_id, user_role, first_seen, last_seen, retention, windows)
SELECT
    requests.tenant_id, requests.day, toString(requests.user_id), requests.user_role,
    min(requests.ts), max(requests.ts), max(requests.retention),
    groupUniqArray(toUInt32(intDiv(toUnixTimestamp(requests.ts), 300)))
FROM {{database}}.requests AS requests
WHERE requests.user_id != ''
GROUP BY requests.tenant_id, requests.day, requests.user_id, requests.user_role
SETTINGS async_insert = 0;
