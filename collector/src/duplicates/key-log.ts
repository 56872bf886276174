/*
 * The keys of events whose lines are no longer in the spool, in files of the spool directory.
 *
 * What always holds: a key is in here before its line's file goes (append, then sync); one that was written in part
 * or not at all because of a crash still stands in its line. Files are turned over when they hold half of the window,
 * and the last two are kept. Space is taken a megabyte ahead, as zeros, which are no key: on a full disk keys can
 * still be written, so segments can still be removed, which is what makes room again.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KEY_BYTES } from './event-key.ts';

const NAME = /^keys-(\d{8})\.log$/;
const NUMBER_DIGITS = 8;
/** About a megabyte of whole keys. */
const STEP_BYTES = 87_381 * KEY_BYTES;
const WORDS = 3;
const FILES_KEPT = 2;

export interface KeyLogOptions {
  readonly directory: string;
  /** Keys a file. */
  readonly keysPerFile: number;
  /** Told of each key that is there, oldest first. */
  readonly onKey: (first: number, second: number, third: number) => void;
}

/** Made by {@link openKeyLog}. */
export class KeyLog {
  readonly #directory: string;
  readonly #maxBytes: number;
  #number: number;
  #end: number;
  #allocated = 0;
  #file: FileHandle | undefined;
  #dirty = false;
  #last: Promise<void> = Promise.resolve();

  constructor({ directory, keysPerFile }: KeyLogOptions, number: number, end: number) {
    this.#directory = directory;
    this.#maxBytes = keysPerFile * KEY_BYTES;
    this.#number = number;
    this.#end = end;
  }

  /** Writes keys; they are on disk once {@link sync} resolves. Repeating keys does no harm. */
  append(keys: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#append(keys));
  }

  /** Resolves when all that was appended is on disk. */
  sync(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#dirty) {
        await this.#file?.datasync();
        this.#dirty = false;
      }
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#file?.close();
      this.#file = undefined;
    });
  }

  #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(run);
    // Whoever asked hears of a failure; the next in line does not.
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #append(keys: Uint8Array): Promise<void> {
    if (this.#end >= this.#maxBytes) {
      await this.#turnOver();
    }
    if (this.#file === undefined) {
      this.#file = await open(pathOf(this.#directory, this.#number), constants.O_RDWR | constants.O_CREAT);
      this.#allocated = (await this.#file.stat()).size;
    }
    await this.#allocate(this.#file, keys.length);
    this.#dirty = true;
    await writeAll(this.#file, keys, this.#end);
    this.#end += keys.length;
  }

  /** Takes space for keys and, when there is any, for those after them. */
  async #allocate(file: FileHandle, bytes: number): Promise<void> {
    while (this.#allocated < this.#end + bytes + STEP_BYTES) {
      try {
        await writeAll(file, new Uint8Array(STEP_BYTES), this.#allocated);
      } catch (error) {
        if (this.#allocated >= this.#end + bytes) {
          return;
        }
        throw error;
      }
      this.#allocated += STEP_BYTES;
    }
  }

  async #turnOver(): Promise<void> {
    await this.#file?.datasync();
    await this.#file?.close();
    this.#file = undefined;
    this.#number += 1;
    this.#end = 0;
    await rm(pathOf(this.#directory, this.#number - FILES_KEPT), { force: true });
  }
}

/**
 * Reads the keys of earlier processes and opens the log for more. The directory is this process's alone.
 *
 * @throws the file system's error
 */
export async function openKeyLog(options: KeyLogOptions): Promise<KeyLog> {
  const { directory } = options;
  const numbers = (await readdir(directory))
    .flatMap((file) => NAME.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  for (const old of numbers.slice(0, -FILES_KEPT)) {
    await rm(pathOf(directory, old), { force: true });
  }
  let end = 0;
  for (const number of numbers.slice(-FILES_KEPT)) {
    end = await readKeys(pathOf(directory, number), options.onKey);
  }
  return new KeyLog(options, numbers.at(-1) ?? 1, end);
}

/** @returns where the last key of a file ends */
async function readKeys(path: string, onKey: KeyLogOptions['onKey']): Promise<number> {
  const file = await open(path, 'r');
  const chunk = Buffer.alloc(STEP_BYTES);
  let end = 0;
  try {
    for (let position = 0; ; ) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
      const whole = bytesRead - (bytesRead % KEY_BYTES);
      if (whole === 0) {
        return end;
      }
      const words = new Uint32Array(chunk.buffer, chunk.byteOffset, whole / Uint32Array.BYTES_PER_ELEMENT);
      for (let at = 0; at < words.length; at += WORDS) {
        const first = words[at] ?? 0;
        if (first !== 0) {
          onKey(first, words[at + 1] ?? 0, words[at + 2] ?? 0);
          end = position + (at + WORDS) * Uint32Array.BYTES_PER_ELEMENT;
        }
      }
      position += whole;
    }
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

function pathOf(directory: string, number: number): string {
  return join(directory, `keys-${String(number).padStart(NUMBER_DIGITS, '0')}.log`);
}
