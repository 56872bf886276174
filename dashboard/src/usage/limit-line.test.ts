import { expect, it } from 'vitest';
import { en } from '../i18n/en.ts';
import { id } from '../i18n/id.ts';
import { translator } from '../i18n/translate.ts';
import { type LimitOf, limitLine } from './limit-line.ts';

const english = translator(en, 'en-GB');
const indonesian = translator(id, 'id-ID');

it.each<[LimitOf, string, string]>([
  [null, '11.4% of 500', '11.4% dari 500'],
  ['members', 'Members: 11.4% of 500', 'Anggota: 11.4% dari 500'],
  ['concurrent_users', 'At once: 11.4% of 500', 'Bersamaan: 11.4% dari 500'],
])('says what a limit of %s is of', (of, inEnglish, inIndonesian) => {
  const used = { percentage: '11.4%', limit: '500', of };
  expect([limitLine(english, used), limitLine(indonesian, used)]).toEqual([inEnglish, inIndonesian]);
});
