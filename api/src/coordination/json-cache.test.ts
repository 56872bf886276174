import { expect, it } from 'vitest';
import { silent } from '../testing/postgres.ts';
import type { Cache } from './coordination.ts';
import { JsonCache, type JsonRead } from './json-cache.ts';
import { localCoordination } from './local.ts';

/** A store whose reads are held up until they are let go, as a slow database's are. */
class Store {
  value: object | undefined = { n: 1 };
  reads = 0;
  #held: (() => void)[] = [];
  hold = false;

  readonly load = async (): Promise<object | undefined> => {
    this.reads += 1;
    const seen = this.value;
    if (this.hold) {
      await new Promise<void>((resolve) => this.#held.push(resolve));
    }
    return seen;
  };

  letGo(): void {
    this.hold = false;
    for (const release of this.#held.splice(0)) {
      release();
    }
  }
}

function read(store: Store): JsonRead {
  return { key: 'thing', tag: 'things', ttlSeconds: 60, noneTtlSeconds: 60, load: store.load };
}

function cache(): Cache {
  return localCoordination({ logger: silent }).cache;
}

it('reads once, then answers from memory, with the same ETag, until it is invalidated', async () => {
  const store = new Store();
  const json = new JsonCache(cache());
  const first = await json.read(read(store));
  expect(first).toMatchObject({ outcome: 'miss', found: { json: '{"n":1}' } });
  expect(await json.read(read(store))).toEqual({ ...first, outcome: 'hit' });
  store.value = { n: 2 };
  await json.invalidate('other things');
  expect(await json.read(read(store))).toEqual({ ...first, outcome: 'hit' });
  await json.invalidate('things');
  const second = await json.read(read(store));
  expect(second).toMatchObject({ outcome: 'miss', found: { json: '{"n":2}' } });
  expect(second.found?.etag).toMatch(/^"[\w-]{22}"$/);
  expect(second.found?.etag).not.toBe(first.found?.etag);
  expect(store.reads).toBe(2);
});

it('remembers that there is none, and forgets it in the same way', async () => {
  const store = new Store();
  const json = new JsonCache(cache());
  store.value = undefined;
  expect(await json.read(read(store))).toEqual({ outcome: 'miss', found: undefined });
  expect(await json.read(read(store))).toEqual({ outcome: 'hit', found: undefined });
  store.value = { n: 3 };
  await json.invalidate('things');
  expect(await json.read(read(store))).toMatchObject({ outcome: 'miss', found: { json: '{"n":3}' } });
});

it('asks the store once for all who ask at the same time', async () => {
  const store = new Store();
  const json = new JsonCache(cache());
  store.hold = true;
  const asked = Array.from({ length: 500 }, () => json.read(read(store)));
  await expect.poll(() => store.reads).toBe(1);
  store.letGo();
  expect(new Set((await Promise.all(asked)).map(({ found }) => found?.json))).toEqual(new Set(['{"n":1}']));
  expect(store.reads).toBe(1);
});

it('does not put back what a read saw that began before the change, nor join those who ask after it', async () => {
  const store = new Store();
  const shared = cache();
  const [here, there] = [new JsonCache(shared), new JsonCache(shared)];
  store.hold = true;
  const before = [here.read(read(store)), there.read(read(store))];
  await expect.poll(() => store.reads).toBe(2);
  store.value = { n: 2 };
  await there.invalidate('things');
  store.hold = false;
  expect(await here.read(read(store))).toMatchObject({ found: { json: '{"n":2}' } });
  store.letGo();
  await Promise.all(before);
  for (const replica of [here, there]) {
    expect(await replica.read(read(store))).toMatchObject({ found: { json: '{"n":2}' } });
  }
});

it('tells a failure to those who waited, and tries again for the next', async () => {
  const json = new JsonCache(cache());
  const failing = { ...read(new Store()), load: () => Promise.reject(new Error('away')) };
  const results = await Promise.allSettled([json.read(failing), json.read(failing)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await json.read(read(new Store()))).toMatchObject({ outcome: 'miss' });
});

it('reads each time where there is no cache', async () => {
  const store = new Store();
  const json = new JsonCache(undefined);
  expect(await json.read(read(store))).toMatchObject({ outcome: 'none', found: { json: '{"n":1}' } });
  await json.read(read(store));
  await json.invalidate('things');
  expect(store.reads).toBe(2);
});
