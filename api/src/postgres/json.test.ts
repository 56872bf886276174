import { expect, it } from 'vitest';
import { jsonText } from './json.ts';

it('replaces halves of characters, however deep, and keeps whole ones', () => {
  const value = { name: '\ud800 Tuti 😀', list: [{ words: 'a\udc00' }], count: 1, none: null };
  expect(JSON.parse(jsonText(value))).toEqual({
    name: '\ufffd Tuti 😀',
    list: [{ words: 'a\ufffd' }],
    count: 1,
    none: null,
  });
});
