import { type IncomingMessage, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import type { Listening } from './messages.ts';

const OK = 200;
const NEW_LINE = 0x0a;
const MS_PER_SECOND = 1_000;

/** How a download is taken. */
export interface Reading {
  /** No more of the text a second; as it comes unless given. */
  readonly bytesPerSecond?: number;
  /** Packed on its way. */
  readonly packed?: boolean;
}

export interface Download {
  readonly lines: number;
  /** Of the text. */
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Takes a download, and keeps nothing of it.
 *
 * @throws {Error} when it is refused, or ends early
 */
export async function download(
  { url, token }: Listening,
  path: string,
  { bytesPerSecond = Number.POSITIVE_INFINITY, packed = false }: Reading = {},
): Promise<Download> {
  const began = performance.now();
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, ...(packed && { 'accept-encoding': 'gzip' }) };
    request(`${url}${path}`, { headers, agent: false }, resolve).once('error', reject).end();
  });
  if (answer.statusCode !== OK || (answer.headers['content-encoding'] === 'gzip') !== packed) {
    throw new Error(`${path} was answered by ${answer.statusCode}, ${answer.headers['content-encoding']}`);
  }
  let bytes = 0;
  let lines = 0;
  for await (const chunk of packed ? unpacked(answer) : answer) {
    bytes += chunk.length;
    lines += newLines(chunk);
    const dueMs = (bytes / bytesPerSecond) * MS_PER_SECOND - (performance.now() - began);
    if (dueMs > 0) {
      await delay(dueMs);
    }
  }
  return { lines, bytes, seconds: (performance.now() - began) / MS_PER_SECOND };
}

function unpacked(answer: IncomingMessage): AsyncIterable<Buffer> {
  const text = createGunzip();
  answer.once('error', (error) => text.destroy(error));
  return answer.pipe(text);
}

function newLines(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(NEW_LINE); at !== -1; at = chunk.indexOf(NEW_LINE, at + 1)) {
    count += 1;
  }
  return count;
}
