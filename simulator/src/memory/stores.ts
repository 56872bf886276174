import type { StateSamples } from '../run/month-run.ts';
import { remaining } from './decay.ts';
import type { MemoryValues } from './parameters.ts';
import type { Stretch } from './settings.ts';

/** A cluster keeps every entry on a replica too. */
const COPIES_IN_A_CLUSTER = 2;

/**
 * The database: its processes, the connections' work memory, and two caches that fill with what is read and give
 * nothing back, except where somebody makes them smaller.
 *
 * @param misses requests of each minute that reached the database
 * @returns MB a minute
 */
export function databaseMemory(
  { state }: StateSamples,
  misses: Float32Array,
  stretches: readonly Stretch[],
  values: MemoryValues,
): Float32Array {
  const megabytes = new Float32Array(misses.length);
  let queryCache = 0;
  let bufferPool = 0;
  for (const { from, until, settings } of stretches) {
    const perConnection =
      values.databaseWork * settings.queryWork * (settings.sortBuffer + settings.tempTables);
    queryCache = Math.min(queryCache, settings.queryCache);
    bufferPool = Math.min(bufferPool, settings.bufferPool);
    for (let minute = from; minute < until; minute += 1) {
      const reads = misses[minute] ?? 0;
      if (reads > 0) {
        const rows = reads * settings.queryWork;
        queryCache += (settings.queryCache - queryCache) * (1 - Math.exp(-reads / values.queryCacheRequests));
        bufferPool += (settings.bufferPool - bufferPool) * (1 - Math.exp(-rows / values.bufferPoolRequests));
      }
      const connections = Math.min(state.connections[minute] ?? 0, settings.connectionPool);
      megabytes[minute] = values.databaseBase + queryCache + bufferPool + perConnection * connections;
    }
  }
  return megabytes;
}

/**
 * Redis: its nodes, and entries that requests leave there until the working set is there as a whole. MB a minute.
 *
 * @param misses requests of each minute that the page cache could not answer
 */
export function cacheMemory(
  misses: Float32Array,
  stretches: readonly Stretch[],
  values: MemoryValues,
): Float32Array {
  const megabytes = new Float32Array(misses.length);
  let entries = 0;
  for (const { from, until, settings } of stretches) {
    const copies = settings.redisNodes > 1 ? COPIES_IN_A_CLUSTER : 1;
    for (let minute = from; minute < until; minute += 1) {
      const looked = misses[minute] ?? 0;
      if (looked > 0) {
        entries += (values.cacheWorkingSet - entries) * (1 - Math.exp(-looked / values.queryCacheRequests));
      }
      megabytes[minute] = settings.redisNodes * values.cacheNode + copies * entries;
    }
  }
  return megabytes;
}

/** Files: buffers of those that are being sent, and pages of those that came lately. MB a minute. */
export function fileMemory({ state }: StateSamples, values: MemoryValues): Float32Array {
  const megabytes = new Float32Array(state.files.length);
  const kept = remaining(values.pageLifetime);
  let pages = 0;
  for (let minute = 0; minute < megabytes.length; minute += 1) {
    pages = pages * kept + values.filePages * (state.files[minute] ?? 0);
    megabytes[minute] = pages + (state['upload-megabytes'][minute] ?? 0);
  }
  return megabytes;
}

/**
 * The operating system: its services, and pages of what requests wrote lately. MB a minute.
 *
 * @param misses requests of each minute that the page cache could not answer: the others write nothing
 */
export function systemMemory(misses: Float32Array, values: MemoryValues): Float32Array {
  const megabytes = new Float32Array(misses.length);
  const kept = remaining(values.pageLifetime);
  let pages = 0;
  for (let minute = 0; minute < megabytes.length; minute += 1) {
    pages = pages * kept + values.writtenPages * (misses[minute] ?? 0);
    megabytes[minute] = values.systemBase + pages;
  }
  return megabytes;
}
