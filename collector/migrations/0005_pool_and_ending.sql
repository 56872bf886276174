-- How many connections to the application's database are in use, and how many there may be (0: not known), so that it is
-- seen when they run out. ended: the process said that this is its last sample; its silence is no news.
ALTER TABLE {{database}}.resource_samples {{on_cluster}}
    ADD COLUMN IF NOT EXISTS database_busy UInt64 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS database_pool UInt64 CODEC(T64, ZSTD(1)),
    ADD COLUMN IF NOT EXISTS ended         UInt8  CODEC(T64, ZSTD(1));
