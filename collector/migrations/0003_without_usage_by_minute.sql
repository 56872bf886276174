-- All of it is in usage_hour since the migration before, which reads it, and must be able to run twice.
DROP TABLE IF EXISTS {{database}}.usage_minute {{on_cluster}};
