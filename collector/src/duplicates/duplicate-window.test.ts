import { randomBytes } from 'node:crypto';
import { appendFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/engine.ts';
import { DuplicateWindow } from './duplicate-window.ts';
import { EventKeys, KEY_DIGITS } from './event-key.ts';
import { KeyBuffer } from './key-buffer.ts';
import { openKeyLog } from './key-log.ts';
import { KeySet } from './key-set.ts';
import { directorySecret } from './secret.ts';

const SECRET = randomBytes(32);

function keyOf(keys: EventKeys, ...identity: Parameters<EventKeys['make']>): string {
  keys.make(...identity);
  return keys.hex();
}

describe('the key of an event', () => {
  it('is the same for the same identity, whatever was asked for in between, and for no other', () => {
    const keys = new EventKeys(SECRET);
    const identities: Parameters<EventKeys['make']>[] = [
      ['t1', 'events', 'shop', 'a'],
      ['t2', 'events', 'shop', 'a'],
      ['t1', 'requests', 'shop', 'a'],
      ['t1', 'events', 'shopa', ''],
      ['t1', 'events', 'sho', 'pa'],
      ['t1', 'events', '', 'shopa'],
      ['t1\nshop', 'events', '', 'a'],
      ['t1', 'events', 'shop', 'é'],
      ...Array.from(
        { length: 70 },
        (_, length): Parameters<EventKeys['make']> => ['t1', 'events', 's', 'x'.repeat(length)],
      ),
      ['t1', 'events', 's', 'x'.repeat(5_000)],
      // A padded last block is not the block that it looks like.
      ['t1', 'events', 's', `${'x'.repeat(15)}\u0080`],
    ];
    const first = identities.map((identity) => keyOf(keys, ...identity));
    const again = identities.map((identity) => keyOf(new EventKeys(SECRET), ...identity));
    expect(again).toEqual(first);
    expect(new Set(first).size).toBe(identities.length);
    expect(first.every((key) => key.length === KEY_DIGITS && /^[0-9a-f]+$/.test(key))).toBe(true);
    expect(keyOf(new EventKeys(randomBytes(32)), 't1', 'events', 'shop', 'a')).not.toBe(first[0]);
  });

  it('spreads over all bits', () => {
    const keys = new EventKeys(SECRET);
    const ones = new Array<number>(96).fill(0);
    const count = 20_000;
    for (let i = 0; i < count; i += 1) {
      keys.make('t1', 'events', 's', String(i));
      for (const [word, value] of [keys.first, keys.second, keys.third].entries()) {
        for (let bit = 0; bit < 32; bit += 1) {
          const at = word * 32 + bit;
          ones[at] = (ones[at] ?? 0) + ((value >>> bit) & 1);
        }
      }
    }
    // Six standard deviations of a fair coin.
    const tolerance = 6 * Math.sqrt(count / 4);
    expect(ones.filter((sum) => Math.abs(sum - count / 2) > tolerance)).toEqual([]);
  });
});

describe('the set of keys', () => {
  it('has exactly what was added, through its growth', () => {
    const set = new KeySet();
    const keys = Array.from({ length: 30_000 }, (_, i): [number, number, number] => [
      (Math.imul(i, 0x9e3779b1) | 1) >>> 0,
      Math.imul(i, 0x85ebca6b) >>> 0,
      i,
    ]);
    expect(keys.every((key) => set.add(...key))).toBe(true);
    expect(set.size).toBe(keys.length);
    expect(keys.some((key) => set.add(...key))).toBe(false);
    expect(keys.every((key) => set.has(...key))).toBe(true);
    expect(keys.some(([first, second, third]) => set.has(first, second, third + keys.length))).toBe(false);
    expect(set.size).toBe(keys.length);
  });
});

describe('the window', () => {
  it('knows at least the last half of its limit, and no more than the limit', () => {
    const window = new DuplicateWindow(SECRET, 1_000);
    const knows = (i: number): boolean => window.knows('t1', 'events', 's', String(i));
    let most = 0;
    for (let i = 0; i < 5_000; i += 1) {
      if (!knows(i)) {
        window.remember();
      }
      most = Math.max(most, window.size);
    }
    expect(most).toBe(1_000 - 1);
    expect(Array.from({ length: 500 }, (_, i) => knows(4_500 + i)).every(Boolean)).toBe(true);
    expect(window.knows('t1', 'events', 's', '0')).toBe(false);
    expect(window.knows('t2', 'events', 's', '4999')).toBe(false);
  });
});

describe('the key log', () => {
  /** Opens the log as the next process would. */
  async function reopen(
    directory: string,
    keysPerFile: number,
  ): Promise<{ known: number[]; log: Awaited<ReturnType<typeof openKeyLog>> }> {
    const known: number[] = [];
    const log = await openKeyLog({ directory, keysPerFile, onKey: (first) => known.push(first) });
    return { known, log };
  }

  function batch(from: number, count: number): Uint8Array {
    const keys = new KeyBuffer();
    for (let key = from; key < from + count; key += 1) {
      keys.push(key, key ^ 0xffff, 7);
    }
    return keys.bytes();
  }

  function range(from: number, to: number): number[] {
    return Array.from({ length: to - from }, (_, i) => from + i);
  }

  it('gives back what it was given, in order, goes on behind it, and keeps the last two files', async () => {
    const directory = temporaryDirectory();
    const first = await reopen(directory, 1_000);
    expect(first.known).toEqual([]);
    await Promise.all([first.log.append(batch(1, 600)), first.log.append(batch(601, 100)), first.log.sync()]);
    await first.log.close();

    const second = await reopen(directory, 1_000);
    expect(second.known).toEqual(range(1, 701));
    await second.log.append(batch(701, 500));
    await second.log.append(batch(1_201, 1_000));
    await second.log.append(batch(2_201, 10));
    await second.log.sync();
    await second.log.close();

    const third = await reopen(directory, 1_000);
    expect(third.known).toEqual(range(1_201, 2_211));
    await third.log.close();
    expect(readdirSync(directory)).toHaveLength(2);
  });

  it('reads past what a crash cut off, and takes space ahead of need', async () => {
    const directory = temporaryDirectory();
    const { log } = await reopen(directory, 1_000_000);
    await log.append(batch(1, 10));
    await log.close();
    const [file = ''] = readdirSync(directory);
    expect(statSync(join(directory, file)).size).toBeGreaterThan(1_000_000);
    writeFileSync(join(directory, 'keys-00000002.log'), batch(11, 5));
    appendFileSync(join(directory, 'keys-00000002.log'), 'torn');

    const next = await reopen(directory, 1_000_000);
    expect(next.known).toEqual(range(1, 16));
    await next.log.append(batch(16, 5));
    await next.log.close();
    const last = await reopen(directory, 1_000_000);
    expect(last.known).toEqual(range(1, 21));
    await last.log.close();
  });
});

describe('the secret', () => {
  it('is made once a directory, for its owner alone, and made again when it is cut short', async () => {
    const directory = temporaryDirectory();
    const secret = await directorySecret(directory);
    expect(await directorySecret(directory)).toEqual(secret);
    const [file = ''] = readdirSync(directory);
    expect(statSync(join(directory, file)).mode & 0o077).toBe(0);
    writeFileSync(join(directory, file), 'short');
    const other = await directorySecret(directory);
    expect(other).toHaveLength(secret.length);
    expect(other).not.toEqual(secret);
  });
});
