/*
 * Answers that are the same for everybody, kept as the text that is sent.
 *
 * What always holds:
 *   - whoever asks after invalidate() has resolved gets what the database said after it was called, on every replica
 *     that reaches what is shared. A read that began before cannot put the old answer back: it stores under the generation
 *     that it began in, and that one is over;
 *   - however many ask for what is not there, each replica asks the database once;
 *   - a failed read is told to those who waited for it, and kept for nobody.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Cache } from './coordination.ts';

const GENERATION_BYTES = 9;
/** Longer than anything is kept: a generation that is forgotten costs a read, nothing else. */
const GENERATION_TTL_SECONDS = 24 * 60 * 60;
const ETAG_CHARACTERS = 22;
/** What is kept of what there is none of. */
const NONE = 'none';

export interface JsonRead {
  /** What is read, its tenant in it: `page/chill-ajar/menu`. */
  readonly key: string;
  /** What it is forgotten with: `pages/chill-ajar`. */
  readonly tag: string;
  readonly ttlSeconds: number;
  /** How long it is kept that there is none. */
  readonly noneTtlSeconds: number;
  /** Undefined: there is none. */
  readonly load: () => Promise<object | undefined>;
}

export interface JsonAnswer {
  /** None: there is no cache. */
  readonly outcome: 'hit' | 'miss' | 'none';
  /** Undefined: there is none. */
  readonly found: { readonly json: string; readonly etag: string } | undefined;
}

export class JsonCache {
  /** Undefined: everything is read each time. */
  readonly #cache: Cache | undefined;
  readonly #beginning = new Map<string, Promise<string>>();
  readonly #loading = new Map<string, Promise<string>>();

  constructor(cache: Cache | undefined) {
    this.#cache = cache;
  }

  /** @throws what `load` throws */
  async read(read: JsonRead): Promise<JsonAnswer> {
    const cache = this.#cache;
    if (cache === undefined) {
      return { outcome: 'none', found: unpacked(packed(await read.load())) };
    }
    const [known, kept] = await Promise.all([cache.get(generationKey(read.tag)), cache.get(read.key)]);
    if (known !== undefined && kept?.startsWith(`${known} `)) {
      return { outcome: 'hit', found: unpacked(kept.slice(known.length + 1)) };
    }
    const generation = known ?? (await this.#begin(cache, read.tag));
    return { outcome: 'miss', found: unpacked(await this.#load(cache, generation, read)) };
  }

  /** Forgets all that was read under the tag. To be called after the change is committed. */
  async invalidate(tag: string): Promise<void> {
    await this.#cache?.delete(generationKey(tag));
  }

  #begin(cache: Cache, tag: string): Promise<string> {
    return once(this.#beginning, tag, async () => {
      const generation = randomBytes(GENERATION_BYTES).toString('base64url');
      // Before the database is asked: a change that comes later ends this generation.
      await cache.set(generationKey(tag), generation, GENERATION_TTL_SECONDS);
      return generation;
    });
  }

  #load(
    cache: Cache,
    generation: string,
    { key, ttlSeconds, noneTtlSeconds, load }: JsonRead,
  ): Promise<string> {
    return once(this.#loading, `${generation} ${key}`, async () => {
      const text = packed(await load());
      await cache.set(key, `${generation} ${text}`, text === NONE ? noneTtlSeconds : ttlSeconds);
      return text;
    });
  }
}

function generationKey(tag: string): string {
  return `generation/${tag}`;
}

/** Does under one name one thing at a time; whoever asks meanwhile gets its result. */
function once<T>(running: Map<string, Promise<T>>, name: string, work: () => Promise<T>): Promise<T> {
  const found = running.get(name) ?? work().finally(() => running.delete(name));
  running.set(name, found);
  return found;
}

/** An answer as it is kept: its ETag, a space, its JSON. */
function packed(value: object | undefined): string {
  if (value === undefined) {
    return NONE;
  }
  const json = JSON.stringify(value);
  const hash = createHash('sha256').update(json).digest('base64url').slice(0, ETAG_CHARACTERS);
  return `"${hash}" ${json}`;
}

function unpacked(text: string): JsonAnswer['found'] {
  const space = text.indexOf(' ');
  return text === NONE ? undefined : { etag: text.slice(0, space), json: text.slice(space + 1) };
}
