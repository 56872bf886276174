import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeEvent } from '../record/line.ts';
import { eventually, temporaryDirectory, testLogger } from '../testing/engine.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { openSpool } from './opening.ts';
import type { SealedSegment } from './segment.ts';
import { DEFAULT_SEAL_LIMITS, type SealLimits, type Spool } from './spool.ts';

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

/** What stands in segments that are not sealed. */
function openLines(directory: string): string {
  const files = readdirSync(directory).filter((file) => file.endsWith('.open'));
  return files.map((file) => readFileSync(join(directory, file), 'utf8')).join('');
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

  it('seals nothing by age while the store is away, and goes on when it is back', async () => {
    let away = true;
    let asked = 0;
    const sealed: SealedSegment[] = [];
    const spool = await openSpool({
      directory: temporaryDirectory(),
      instance: 'test/1',
      limits: { ...NEVER, maxRows: 3, maxAgeMs: 10 },
      logger: testLogger(),
      onRecovered: () => undefined,
      onSealed: (segment) => sealed.push(segment),
      isStoreAway: () => {
        asked += 1;
        return away;
      },
    });
    append(spool, '[1]\n');
    await eventually(() => asked >= 3);
    expect(sealed).toHaveLength(0);
    append(spool, '[2]\n', '[3]\n', '[4]\n');
    await eventually(() => sealed.length === 1);
    away = false;
    await eventually(() => sealed.length === 2);
    expect(sealed.map(({ rows }) => rows)).toEqual([3, 1]);
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

  it('writes lines within moments though nobody waits for them', async () => {
    const directory = temporaryDirectory();
    const { spool } = await open(directory);
    append(spool, '[1]\n');
    append(spool, '[2]\n');
    await eventually(() => openLines(directory) === '[1]\n[2]\n');
    append(spool, '[3]\n');
    await eventually(() => openLines(directory) === '[1]\n[2]\n[3]\n');
    await spool.flush();
    await spool.release();
  });

  it('keeps a lane for each table, sealed apart and sent in order', async () => {
    const { spool, sealed } = await open(temporaryDirectory(), { ...NEVER, maxRows: 2 });
    spool.append('events', '[1,"t1"]\n', 't1', NOW);
    append(spool, '[2]\n', '[3]\n', '[4]\n');
    spool.append('samples', '[5]\n', '', NOW);
    await spool.sync();
    await eventually(() => sealed.length === 1);
    expect(contents(sealed)).toBe('[2]\n[3]\n');
    expect(spool.seal()).toBe(4);
    await eventually(() => sealed.length === 4);
    expect(sealed.map(({ lane, position, format, rows }) => [lane, position, format.table, rows])).toEqual([
      ['requests', 2, 'requests', 2],
      ['events', 1, 'events', 1],
      ['requests', 3, 'requests', 1],
      ['samples', 4, 'resource_samples', 1],
    ]);
    await spool.flush();
    await spool.release();
  });

  it('counts lines by tenant and hour as they come, and again from what a crash left', async () => {
    const directory = temporaryDirectory();
    const first = await open(directory);
    const tenants = ['t1', 'a "quoted" one', 'back\\slash', 'é😀', '[,]'];
    for (const [i, name] of [...tenants, ...tenants, 't1'].entries()) {
      const one = record({ tenantId: tenantId(name), ts: microseconds(NOW + i * 30 * 60_000_000) });
      first.spool.append('requests', encodedLine(one), name, one.ts);
      const event = { ...one, id: 'x', source: 's', type: 't', subject: '', data: '' };
      first.spool.append('events', encodeEvent(event, { userId: '', retention: 13 }, ''), name, one.ts);
    }
    const before = first.spool.open.map(({ counts }) => counts);
    expect(before[0]?.get('t1')?.get(Date.UTC(2026, 0, 1, 10) / 1_000)).toMatchObject({ rows: 1 });
    expect(
      [...(before[0]?.values() ?? [])]
        .flatMap((hours) => [...hours.values()])
        .reduce((sum, { rows }) => sum + rows, 0),
    ).toBe(11);
    await first.spool.sync();
    await first.spool.release();

    const second = await open(directory);
    expect(second.sealed.map(({ counts }) => counts)).toEqual(before);
    await second.spool.flush();
    await second.spool.release();
  });

  it('sends what the first version left as the columns that it had', async () => {
    const directory = temporaryDirectory();
    const token = '01767263400000-00000001-api_1-0a1b2c3d';
    const line = `[1767263400000000,42,"t1","2026-01-01","u1","learner","s1","/api","GET",200,1500,10,1000,300,1200,"none","api","","test","live"]\n`;
    writeFileSync(join(directory, `${token}.open`), `${line}${line.slice(0, 30)}`);
    writeFileSync(join(directory, 'import-old.sealed'), line);
    writeFileSync(join(directory, `${token}.of_a_later_version.sealed`), '{}\n');
    const { spool, sealed } = await open(directory);
    expect(
      sealed.map(({ token: name, rows, format, lane }) => ({
        name,
        rows,
        lane,
        columns: format.columns.length,
      })),
    ).toEqual([
      { name: token, rows: 1, lane: 'requests', columns: 20 },
      { name: 'import-old', rows: 1, lane: 'requests', columns: 20 },
    ]);
    expect(sealed[0]?.counts.get('t1')?.get(1_767_261_600)).toEqual({ rows: 1, bytes: line.length });
    expect(readdirSync(directory)).toContain(`${token}.of_a_later_version.sealed`);
    await spool.flush();
    await spool.release();
  });

  it('knows an event as long as its line is there, and after the line has gone', async () => {
    const directory = temporaryDirectory();
    const take = (spool: Spool, id: string): void => {
      expect(spool.duplicates.knows('t1', 'events', 'shop', id)).toBe(false);
      const { key } = spool.duplicates;
      spool.append('events', `[0,"t1","${id}","${key.hex()}"]\n`, 't1', NOW, key);
      spool.duplicates.remember();
    };
    const known = (spool: Spool): boolean[] =>
      ['a', 'b', 'c'].map((id) => spool.duplicates.knows('t1', 'events', 'shop', id));
    const first = await open(directory);
    take(first.spool, 'a');
    first.spool.seal();
    await eventually(() => first.sealed.length === 1);
    take(first.spool, 'b');
    await first.spool.sync();
    // As when it is killed: the lock is given back, nothing else.
    await first.spool.release();

    const second = await open(directory);
    expect(known(second.spool)).toEqual([true, true, false]);
    await second.spool.syncKeys();
    for (const { path } of second.sealed) {
      rmSync(path);
    }
    await second.spool.release();

    const third = await open(directory);
    expect(third.sealed).toEqual([]);
    expect(known(third.spool)).toEqual([true, true, false]);
    await third.spool.flush();
    await third.spool.release();
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
