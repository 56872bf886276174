import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { id } from './id.ts';
import { type Messages, type Plural, translator } from './translate.ts';

const texts = (message: string | Plural): string[] =>
  typeof message === 'string' ? [message] : Object.values(message);
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

describe('translator', () => {
  const english = translator(en, 'en-GB');
  const indonesian = translator(id, 'id-ID');

  it('puts values in their places', () => {
    expect(english('card.limit', { percentage: '12%', limit: '1,000' })).toBe('12% of 1,000');
    expect(indonesian('card.limit', { percentage: '12%', limit: '1.000' })).toBe('12% dari 1.000');
  });

  it('leaves a value alone that looks like a placeholder or a pattern', () => {
    expect(english('endpoints.noMatch', { text: '{count} $& $1' })).toBe(
      'No endpoint matches “{count} $& $1”.',
    );
  });

  it('counts as the language does, and writes the number its way', () => {
    expect(english('endpoints.count', { count: 1 })).toBe('1 endpoint');
    expect(english('endpoints.count', { count: 1200 })).toBe('1,200 endpoints');
    expect(indonesian('endpoints.count', { count: 1200 })).toBe('1.200 endpoint');
  });
});

describe('the catalogues', () => {
  const keys = Object.keys(en) as (keyof Messages)[];

  it('ask for the same values in both languages', () => {
    for (const key of keys) {
      const wanted = placeholders(texts(en[key]).at(-1) ?? '');
      for (const text of [...texts(en[key]), ...texts(id[key])]) {
        expect(placeholders(text), key).toEqual(wanted);
      }
    }
  });

  it('leave nothing untranslated or blank', () => {
    for (const key of keys) {
      for (const text of [...texts(en[key]), ...texts(id[key])]) {
        expect(text.trim(), key).not.toBe('');
      }
    }
  });
});
