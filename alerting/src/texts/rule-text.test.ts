import { describe, expect, it } from 'vitest';
import type { RuleInput } from '../rules/rule.ts';
import { ruleWith } from '../testing/rules.ts';
import { formatSpan, formatValue } from './format.ts';
import type { Language } from './language.ts';
import { readingText, ruleText } from './rule-text.ts';

const SPIKE: Partial<RuleInput> = {
  signal: 'database_connections',
  statistic: 'maximum',
  when: { kind: 'rise', percent: 100, than: 'window_before' },
};
const BURN: Partial<RuleInput> = {
  signal: 'budget_burn',
  window: 21_600,
  when: { kind: 'burn', above: 6, short: 1_800 },
};

describe('a rule in words', () => {
  it.each<readonly [Language, Partial<RuleInput>, string]>([
    ['en', { for: 120 }, 'Error rate above 5% over 5 minutes, for 2 minutes'],
    ['id', { for: 120 }, 'Tingkat kesalahan di atas 5% dalam 5 menit, selama 2 menit'],
    ['en', { only: { endpoint: '/api/login' } }, 'Error rate (/api/login) above 5% over 5 minutes'],
    [
      'en',
      { signal: 'silence', window: 0, when: { kind: 'above', value: 5_400 } },
      'Time since the last request above 1 hour 30 minutes',
    ],
    [
      'id',
      { signal: 'disk_free', window: 60, when: { kind: 'below', value: 12.5 } },
      'Ruang disk kosong di bawah 12,5% dalam 1 menit',
    ],
    ['en', SPIKE, 'Number of database connections (maximum) more than 100% above the 5 minutes before'],
    [
      'id',
      { signal: 'throughput', when: { kind: 'fall', percent: 50, than: 'last_week' } },
      'Laju permintaan lebih dari 50% di bawah 5 menit yang sama minggu lalu',
    ],
    [
      'en',
      BURN,
      'Speed at which the budget is used up above 6 times what the month allows over 6 hours and over 30 minutes',
    ],
    [
      'id',
      { signal: 'security_incidents', only: { incident: 'failed-logins' } },
      'Jumlah insiden keamanan (kegagalan masuk) di atas 5 dalam 5 menit',
    ],
  ])('in %s: %o', (language, given, text) => {
    expect(ruleText(ruleWith(given), language)).toBe(text);
  });

  it('calls a meter what the reader calls it', () => {
    const rule = ruleWith({ signal: 'limit_used', window: 0, only: { meter: 'api_calls' } });
    expect(ruleText(rule, 'id', 'panggilan API')).toBe('Pemakaian batas paket (panggilan API) di atas 5%');
  });
});

describe('what was read in words', () => {
  it.each<readonly [Language, Partial<RuleInput>, number | null, number | null, string]>([
    ['en', {}, 12.44, null, 'Error rate was 12.4%; above 5%'],
    ['id', {}, 12.44, null, 'Tingkat kesalahan 12,4%; di atas 5%'],
    ['en', {}, 3, null, 'Error rate was 3%; not above 5%'],
    ['en', {}, null, null, 'Error rate: no data'],
    ['id', {}, null, null, 'Tingkat kesalahan: tidak ada data'],
    [
      'en',
      { signal: 'response_time', when: { kind: 'above', value: 2_000 } },
      2_345,
      null,
      'Mean response time was 2.3 seconds; above 2 seconds',
    ],
    [
      'en',
      SPIKE,
      1_042,
      20,
      'Number of database connections (maximum) was 1,042; 20 in the 5 minutes before',
    ],
    [
      'id',
      BURN,
      7.25,
      9,
      'Kecepatan pemakaian anggaran 7,3 kali jatah sebulan dalam 6 jam; 9 kali jatah sebulan dalam 30 menit',
    ],
  ])('in %s: %o %o %o', (language, given, value, other, text) => {
    expect(readingText(ruleWith(given), { value, other }, language)).toBe(text);
  });

  it('never says of a limit that it is above itself', () => {
    expect(readingText(ruleWith(), { value: 5.000_4 }, 'en')).toBe('Error rate was 5.0004%; above 5%');
    const silence = ruleWith({ signal: 'silence', window: 0, when: { kind: 'above', value: 259_200 } });
    expect(readingText(silence, { value: 259_203.5 }, 'en')).toBe(
      'Time since the last request was 3 days 3 seconds; above 3 days',
    );
  });
});

it('writes numbers with their units as each language does', () => {
  expect(formatValue(1_234.56, 'count', 'id')).toBe('1.234,6');
  expect(formatValue(1_234.56, 'count', 'en')).toBe('1,234.6');
  expect(formatValue(250, 'milliseconds', 'en')).toBe('250 ms');
  expect(formatValue(1.5, 'per_second', 'id')).toBe('1,5/detik');
  expect([formatValue(1, 'rows', 'en'), formatValue(2, 'rows', 'en')]).toEqual(['1 row', '2 rows']);
  expect(formatValue(7.5, 'hours', 'en')).toBe('7 hours 30 minutes');
  expect(formatSpan(90_061, 'id')).toBe('1 hari 1 jam 1 menit 1 detik');
  expect(formatSpan(0, 'en')).toBe('0 seconds');
});
