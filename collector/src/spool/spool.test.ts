import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventually, temporaryDirectory, testLogger } from '../testing/engine.ts';
import type { SealedSegment } from './segment.ts';
import { DEFAULT_SEAL_LIMITS, openSpool, type SealLimits, type Spool } from './spool.ts';

const NOW = Date.UTC(2026, 0, 1, 10, 30) * 1_000;
const NEVER: SealLimits = { maxRows: 1_000_000, maxBytes: 1_000_000_000, maxAgeMs: 600_000 };

/** Appends lines to the lane of requests. */
function append(spool: Spool, ...lines: string[]): boolean[] {
  return lines.map((line) => spool.append('requests', line, 't1', NOW));
}

async function open(
  directory: string,
  limits: SealLimits = NEVER,
): Promise<{ spool: Spool; sealed: SealedSegment[]; logger: ReturnType<typeof testLogger> }> {
  const sealed: SealedSegment[] = [];
  const logger = testLogger();
  const spool = await openSpool({
    directory,
    instance: 'test/1',
    limits,
    logger,
    onRecovered: () => undefined,
    onSealed: (segment) => sealed.push(segment),
  });
  return { spool, sealed, logger };
}

function contents(segments: readonly SealedSegment[]): string {
  return segments.map(({ path }) => readFileSync(path, 'utf8')).join('');
}

describe('the spool', () => {
  it('has every line on disk once sync resolves, in order', async () => {
    const directory = temporaryDirectory();
    const { spool, sealed } = await open(directory, { ...NEVER, maxRows: 7 });
    const lines = Array.from({ length: 1_000 }, (_, i) => `[${i},"é"]\n`);
    for (const line of lines) {
      append(spool, line);
    }
    await spool.sync();
    await eventually(() => sealed.length === Math.floor(1_000 / 7));
    const open_ = readdirSync(directory).filter((file) => file.endsWith('.open'));
    expect(contents(sealed) + open_.map((file) => readFileSync(join(directory, file), 'utf8')).join('')).toBe(
      lines.join(''),
    );
    expect(sealed.map(({ position }) => position)).toEqual(sealed.map((_, i) => i + 1));
    expect(new Set(sealed.map(({ token }) => token)).size).toBe(sealed.length);
    await spool.flush();
    await spool.release();
  });

  it('seals by age and by bytes', async () => {
    const { spool, sealed } = await open(temporaryDirectory(), { ...NEVER, maxBytes: 10, maxAgeMs: 30 });
    append(spool, '[1]\n');
    await eventually(() => sealed.length === 1);
    append(spool, '[22222222]\n');
    expect(spool.seal()).toBe(2);
    await eventually(() => sealed.length === 2);
    expect(sealed.map(({ rows, bytes }) => [rows, bytes])).toEqual([
      [1, 4],
      [1, 11],
    ]);
    await spool.flush();
    await spool.release();
  });

  it('cuts a torn last line and hands on everything an earlier process left, under the same names', async () => {
    const directory = temporaryDirectory();
    const first = await open(directory);
    append(first.spool, '[1]\n');
    first.spool.seal();
    await eventually(() => first.sealed.length === 1);
    append(first.spool, '[2]\n');
    append(first.spool, '[3]\n');
    await first.spool.sync();
    const openFile = readdirSync(directory).find((file) => file.endsWith('.open')) ?? '';
    appendFileSync(join(directory, openFile), '[4,"torn');
    writeFileSync(join(directory, 'import-half.partial'), '[5]\n');
    await first.spool.release();

    const second = await open(directory);
    expect(contents(second.sealed)).toBe('[1]\n[2]\n[3]\n');
    expect(second.sealed.map(({ token, rows, position }) => ({ token, rows, position }))).toEqual([
      { token: first.sealed[0]?.token, rows: 1, position: 1 },
      { token: openFile.replace('.open', ''), rows: 2, position: 2 },
    ]);
    expect(readdirSync(directory)).not.toContain('import-half.partial');
    append(second.spool, '[6]\n');
    expect(second.spool.seal()).toBe(3);
    await second.spool.flush();
    await second.spool.release();
  });

  it('keeps lines while the disk takes none, says so once, and writes them when it does again', async () => {
    const directory = join(temporaryDirectory(), 'spool');
    const { spool, sealed, logger } = await open(directory);
    rmSync(directory, { recursive: true });
    append(spool, '[1]\n');
    await expect(spool.sync()).rejects.toThrow(expect.objectContaining({ code: 'spool-write-failed' }));
    append(spool, '[2]\n');
    await expect(spool.sync()).rejects.toThrow(expect.objectContaining({ code: 'spool-write-failed' }));
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    mkdirSync(directory);
    append(spool, '[3]\n');
    spool.seal();
    await eventually(() => sealed.length === 1);
    expect(contents(sealed)).toBe('[1]\n[2]\n[3]\n');
    await spool.sync();
    expect(spool.lostOf('requests')).toBe(0);
    await spool.flush();
    await spool.release();
  });

  it('counts as lost what memory cannot hold while the disk takes nothing', async () => {
    const directory = join(temporaryDirectory(), 'spool');
    const { spool, logger } = await open(directory);
    rmSync(directory, { recursive: true });
    const megabyte = `["${'x'.repeat(1024 * 1024)}"]\n`;
    const taken = Array.from({ length: 70 }, () => append(spool, megabyte)).flat();
    expect(taken.filter((kept) => !kept).length).toBe(spool.lostOf('requests'));
    expect(spool.lostOf('requests')).toBeGreaterThan(0);
    expect(spool.rowsOf('requests') + spool.lostOf('requests')).toBe(70);
    expect(logger.lines.filter(({ message }) => message.includes('being lost'))).toHaveLength(1);
    await spool.flush();
    expect(spool.lostOf('requests')).toBe(70);
    await spool.release();
  });

  it('is refused to a second holder, and free again after the first', async () => {
    const directory = temporaryDirectory();
    const { spool } = await open(directory, DEFAULT_SEAL_LIMITS);
    await expect(open(directory)).rejects.toThrow(
      expect.objectContaining({
        code: 'spool-in-use',
        message: expect.stringContaining(String(process.pid)),
      }),
    );
    await spool.flush();
    await spool.release();
    const again = await open(directory);
    await again.spool.flush();
    await again.spool.release();
  });

  it('takes over the lock of a process that is gone, also when its number is in use again', async () => {
    const directory = temporaryDirectory();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const { spool } = await open(directory);
    const mine: object = JSON.parse(readFileSync(join(directory, 'lock'), 'utf8'));
    await spool.release();
    for (const owner of [{ pid }, { pid: process.pid, started: '1' }]) {
      writeFileSync(join(directory, 'lock'), JSON.stringify({ ...mine, ...owner }));
      const next = await open(directory);
      await next.spool.release();
    }
    writeFileSync(join(directory, 'lock'), 'cut sh');
    const last = await open(directory);
    await last.spool.release();
  });

  it('refuses a directory that is not one', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    await expect(open(join(file, 'spool'))).rejects.toThrow(
      expect.objectContaining({ code: 'spool-not-writable' }),
    );
  });
});
