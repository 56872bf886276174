-- What simulated runs left: the tables of what is observed with the run before everything else, and without TTL, for a
-- simulated month lies where its document says, however long ago. No bill and no tenant's screen reads this database.
CREATE TABLE IF NOT EXISTS {{database}}.runs {{on_cluster}}
(
    run_id      String                            CODEC(ZSTD(1)),
    scenario    String                            CODEC(ZSTD(1)),
    seed        UInt64                            CODEC(T64, ZSTD(1)),
    replication UInt32                            CODEC(T64, ZSTD(1)),
    begins      DateTime64(6, 'UTC')              CODEC(Delta(8), ZSTD(1)),
    requests    UInt64                            CODEC(T64, ZSTD(1)),
    samples     UInt64                            CODEC(T64, ZSTD(1)),
    recorded_at DateTime('UTC') DEFAULT now()     CODEC(Delta(4), ZSTD(1))
)
ENGINE = {{engine:MergeTree}}
ORDER BY run_id
SETTINGS non_replicated_deduplication_window = 10000;

CREATE TABLE IF NOT EXISTS {{database}}.requests {{on_cluster}}
(
    run_id         LowCardinality(String)   CODEC(ZSTD(1)),
    ts             DateTime64(6, 'UTC')     CODEC(Delta(8), ZSTD(1)),
    request_id     UInt64                   CODEC(Delta(8), ZSTD(1)),
    tenant_id      LowCardinality(String)   CODEC(ZSTD(1)),
    day            Date                     CODEC(ZSTD(1)),
    user_id        LowCardinality(String)   CODEC(ZSTD(1)),
    user_role      LowCardinality(String)   CODEC(ZSTD(1)),
    session_id     String                   CODEC(ZSTD(1)),
    endpoint       LowCardinality(String)   CODEC(ZSTD(1)),
    method         LowCardinality(String)   CODEC(ZSTD(1)),
    status         UInt16                   CODEC(T64, ZSTD(1)),
    duration       UInt64                   CODEC(T64, ZSTD(1)),
    bytes_in       UInt64                   CODEC(T64, ZSTD(1)),
    bytes_out      UInt64                   CODEC(T64, ZSTD(1)),
    cpu            UInt64                   CODEC(T64, ZSTD(1)),
    memory         UInt64                   CODEC(T64, ZSTD(1)),
    cache          LowCardinality(String)   CODEC(ZSTD(1)),
    kind           LowCardinality(String)   CODEC(ZSTD(1)),
    trace_id       String                   CODEC(ZSTD(1)),
    instance       LowCardinality(String)   CODEC(ZSTD(1)),
    source         LowCardinality(String)   CODEC(ZSTD(1)),
    outcome        LowCardinality(String)   CODEC(ZSTD(1)),
    messages       UInt32                   CODEC(T64, ZSTD(1)),
    client_network LowCardinality(String)   CODEC(ZSTD(1)),
    retention      UInt8                    CODEC(ZSTD(1)),
    event_key      String EPHEMERAL '',
    stored_at      DateTime('UTC') DEFAULT now() CODEC(Delta(4), ZSTD(1))
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toYYYYMM(ts)
ORDER BY (run_id, tenant_id, ts)
SETTINGS non_replicated_deduplication_window = 10000;

-- Usage by hour (UTC), with the latency buckets of what is observed.
CREATE TABLE IF NOT EXISTS {{database}}.usage_hour {{on_cluster}}
(
    run_id       LowCardinality(String)                       CODEC(ZSTD(1)),
    tenant_id    LowCardinality(String)                       CODEC(ZSTD(1)),
    hour         DateTime('UTC')                              CODEC(Delta(4), ZSTD(1)),
    endpoint     LowCardinality(String)                       CODEC(ZSTD(1)),
    method       LowCardinality(String)                       CODEC(ZSTD(1)),
    status_class UInt8                                        CODEC(T64, ZSTD(1)),
    calls        SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    bytes_in     SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    bytes_out    SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    duration     SimpleAggregateFunction(sum, UInt64)         CODEC(T64, ZSTD(1)),
    latency      SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
)
ENGINE = {{engine:AggregatingMergeTree}}
PARTITION BY toYYYYMM(hour)
ORDER BY (run_id, tenant_id, hour, endpoint, method, status_class)
SETTINGS non_replicated_deduplication_window = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS {{database}}.usage_hour_feed {{on_cluster}} TO {{database}}.usage_hour AS
SELECT
    run_id, tenant_id, hour, endpoint, method, status_class,
    sum(bucket_calls)     AS calls,
    sum(bucket_bytes_in)  AS bytes_in,
    sum(bucket_bytes_out) AS bytes_out,
    sum(bucket_duration)  AS duration,
    sumMap(map(bucket, bucket_calls)) AS latency
FROM
(
    SELECT
        requests.run_id AS run_id,
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
        sum(requests.duration)  AS bucket_duration
    FROM {{database}}.requests AS requests
    GROUP BY run_id, tenant_id, hour, endpoint, method, status_class, bucket
)
GROUP BY run_id, tenant_id, hour, endpoint, method, status_class;

CREATE TABLE IF NOT EXISTS {{database}}.resource_samples {{on_cluster}}
(
    run_id               LowCardinality(String) CODEC(ZSTD(1)),
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
ORDER BY (run_id, instance, ts)
SETTINGS non_replicated_deduplication_window = 10000;

-- Memory by component, bytes: what no process can say of itself.
CREATE TABLE IF NOT EXISTS {{database}}.memory_samples {{on_cluster}}
(
    run_id LowCardinality(String)              CODEC(ZSTD(1)),
    ts     DateTime64(6, 'UTC')                CODEC(Delta(8), ZSTD(1)),
    parts  Map(LowCardinality(String), UInt64) CODEC(ZSTD(1))
)
ENGINE = {{engine:MergeTree}}
PARTITION BY toYYYYMM(ts)
ORDER BY (run_id, ts)
SETTINGS non_replicated_deduplication_window = 10000;
