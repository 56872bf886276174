/*
 * What is added up of requests, as SQL over raw rows. The views that feed the rollups have the same text, and the
 * reconciliation holds one to the other.
 */
export const RENDERS = "countIf(kind = 'render')";
/** Answers that a cache could have given, and those of them that it gave. */
export const CACHE_LOOKUPS = "countIf(cache IN ('hit', 'miss'))";
export const CACHE_HITS = "countIf(cache = 'hit')";
/** How busy a processor was with one request, in millionths: its CPU time, of its duration, and never above all of it. */
export const CPU_SHARE_OF_REQUEST = 'intDiv(1000000 * least(cpu, duration), greatest(duration, 1))';
