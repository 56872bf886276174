import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { DEFAULT_IDENTITIES, DuplicateWindow } from '../duplicates/duplicate-window.ts';
import { KEY_DIGITS } from '../duplicates/event-key.ts';
import { KeyBuffer } from '../duplicates/key-buffer.ts';
import { openKeyLog } from '../duplicates/key-log.ts';
import { directorySecret } from '../duplicates/secret.ts';
import { lockDirectory } from './lock.ts';
import { DEFAULT_SPOOL_QUOTA, QuotaKeeper } from './quota.ts';
import { recoverSegments } from './recovery.ts';
import { Spool, type SpoolOptions } from './spool.ts';
import { SpoolError } from './spool-error.ts';

const WORD_DIGITS = KEY_DIGITS / 3;

/**
 * Takes a spool directory for this process, creating it if need be, and hands on what an earlier process left.
 *
 * @throws {SpoolError} `spool-in-use`, `spool-not-writable`
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { directory, logger, onRecovered, onSealed } = options;
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new SpoolError(
      'spool-not-writable',
      `The spool directory ${directory} cannot be written: ${String(error)}. Give this user the right to it, or choose another.`,
      { cause: error },
    );
  }
  const unlock = lockDirectory(directory);
  const quota = new QuotaKeeper(directory, { ...DEFAULT_SPOOL_QUOTA, ...options.quota }, logger);
  try {
    const identities = options.identities ?? DEFAULT_IDENTITIES;
    const duplicates = new DuplicateWindow(await directorySecret(directory), identities);
    const keyLog = await openKeyLog({
      directory,
      keysPerFile: Math.ceil(identities / 2),
      onKey: (first, second, third) => duplicates.restore(first, second, third),
    });
    const unlogged = new KeyBuffer();
    const recovered = await recoverSegments(directory, (key) => {
      const [first, second, third] = wordsOf(key);
      if (duplicates.restore(first, second, third)) {
        unlogged.push(first, second, third);
      }
    });
    if (unlogged.size > 0) {
      await keyLog.append(unlogged.bytes());
    }
    for (const segment of recovered) {
      quota.take(segment.bytes);
      quota.hold(segment.counts);
      onRecovered(segment);
      onSealed(segment);
    }
    await quota.look();
    const position = recovered.filter((segment) => segment.position !== undefined).length;
    return new Spool({ options, quota, duplicates, keyLog, unlock, position });
  } catch (error) {
    quota.close();
    unlock();
    throw error;
  }
}

function wordsOf(key: string): [number, number, number] {
  const word = (at: number): number =>
    Number.parseInt(key.slice(at * WORD_DIGITS, (at + 1) * WORD_DIGITS), 16);
  return [word(0), word(1), word(2)];
}
