import { expect, it } from 'vitest';
import { chooseLanguage } from './language.ts';

it('takes the choice, then the browser, then the tenant, then English', () => {
  expect(chooseLanguage('id', ['en-US'], 'en')).toBe('id');
  expect(chooseLanguage(null, ['fr-FR', 'id-ID', 'en'], 'en')).toBe('id');
  expect(chooseLanguage('klingon', ['fr-FR'], 'id')).toBe('id');
  expect(chooseLanguage(null, [], null)).toBe('en');
});

it('knows Indonesian by its old code', () => {
  expect(chooseLanguage(null, ['in-ID'], null)).toBe('id');
});
