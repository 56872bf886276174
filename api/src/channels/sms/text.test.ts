import { expect, it } from 'vitest';
import { smsText, smsUnits } from './text.ts';

const LINK = 'https://riwayat.example/#/alerts/alt_0123456789abcdef0123';

it.each([
  ['a'.repeat(160), 160, 160],
  ['€'.repeat(80), 160, 160],
  ['{}', 4, 160],
  ['é\n', 2, 160],
  ['ł', 1, 70],
  ['😀', 2, 70],
])('counts %j as the network does', (text, units, most) => {
  expect(smsUnits(text)).toEqual({ units, most });
});

it('leaves a text that fits as it is, and writes what halves the room in plain characters', () => {
  expect(smsText('Memori penuh: 91 % dari 4 GB')).toBe('Memori penuh: 91 % dari 4 GB');
  expect(smsText('“RAM” ≥ 85\u00a0% – penuh…')).toBe('"RAM" >= 85 % - penuh...');
});

it.each([
  ['a'.repeat(500)],
  ['€'.repeat(200)],
  ['ł'.repeat(500)],
  ['😀'.repeat(300)],
  ['a'.repeat(120) + 'ł'.repeat(50)],
])('cuts %j to one message and keeps the link whole', (long) => {
  const text = smsText(long, LINK);
  const { units, most } = smsUnits(text);
  expect(units).toBeLessThanOrEqual(most);
  expect(text.endsWith(`... ${LINK}`)).toBe(true);
  expect(Buffer.from(text).toString()).toBe(text);
  // One character more would not fit.
  expect(units).toBeGreaterThan(most - 4);
});

it('keeps a text of exactly one message whole', () => {
  const text = 'a'.repeat(160 - LINK.length - 1);
  expect(smsText(text, LINK)).toBe(`${text} ${LINK}`);
  expect(smsText(`${text}a`, LINK)).toContain('...');
});
