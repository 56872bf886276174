import { describe, expect, it } from 'vitest';
import { Formats } from './formats.ts';

const english = new Formats('en-GB', 'Asia/Jakarta');
const indonesian = new Formats('id-ID', 'Asia/Jakarta');
/** Intl uses several kinds of space; which one is not the point here. */
const plain = (text: string) => text.replaceAll(/[\s\u00a0\u2009\u202f]/g, ' ');

describe('numbers', () => {
  it('are written as each language does', () => {
    expect(english.count(1234567)).toBe('1,234,567');
    expect(indonesian.count(1234567)).toBe('1.234.567');
    expect(english.percent(12.34)).toBe('12.3%');
    expect(indonesian.percent(12.34)).toBe('12,3%');
    expect([english.change(0.123), english.change(-0.5), english.change(0)]).toEqual(['+12%', '-50%', '0%']);
  });

  it('write rupiah whole', () => {
    expect(plain(indonesian.rupiah(1234567))).toBe('Rp 1.234.567');
    expect(plain(english.rupiah(1234567))).toBe('Rp 1,234,567');
  });
});

describe('bytes', () => {
  it('change unit at powers of ten and never show four digits', () => {
    const written = [0, 999, 1000, 12_345, 999_499, 999_500, 1_234_567, 45.2e9, 2e18].map((value) =>
      plain(english.bytes(value)),
    );
    expect(written).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '12.3 kB',
      '999 kB',
      '1.00 MB',
      '1.23 MB',
      '45.2 GB',
      '2,000 PB',
    ]);
    expect(plain(indonesian.bytes(1_234_567))).toBe('1,23 MB');
  });
});

describe('durations', () => {
  it('keep the digits that matter', () => {
    const written = [0, 3.14, 89.4, 999.4, 999.6, 1234, 65_000].map((value) =>
      plain(english.duration(value)),
    );
    expect(written).toEqual(['0 ms', '3.1 ms', '89 ms', '999 ms', '1.00 s', '1.23 s', '65.0 s']);
  });
});

describe('days and times', () => {
  it('write a local day as it is, whatever the zone', () => {
    const west = new Formats('en-GB', 'America/Los_Angeles');
    expect(west.shortDay('2026-11-01')).toBe('1 Nov');
    expect(plain(indonesian.longDay('2026-11-21'))).toBe('Sabtu, 21 November');
  });

  it('draw a range together', () => {
    // Versions of ICU differ in the spaces around the dash.
    expect(english.longRange('2026-11-01', '2026-11-21')).toMatch(/^1\s*–\s*21 November 2026$/);
    expect(english.longRange('2026-11-21', '2026-11-21')).toBe('21 November 2026');
  });

  it('tell the time on the tenant’s wall', () => {
    expect(english.clock(new Date('2026-11-21T17:03:09Z'))).toBe('00:03:09');
  });
});
