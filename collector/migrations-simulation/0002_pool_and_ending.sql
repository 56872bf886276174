-- As what is observed has it.
ALTER TABLE {{database}}.resource_samples {{on_cluster}}
    ADD COLUMN IF NOT EXISTS database_busy UInt64 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS database_pool UInt64 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS ended         UInt8  CODEC(T64, ZSTD(1));
