import { expect, it } from 'vitest';
import { readMailedLink } from './mailed-link.ts';

const TOKEN = 'pN8q0h2V6mT4yB1sXw9aZc3eR5uK7jLd-fG_oIiHqEk';

it('reads the page and the token of a mailed link', () => {
  expect(readMailedLink(`#/reset?token=${TOKEN}`)).toEqual({ page: 'reset', token: TOKEN });
  expect(readMailedLink('#/login')).toEqual({ page: 'login', token: undefined });
});

it('knows the page of a link that was cut, without its token', () => {
  for (const cut of ['#/verify', '#/verify?', '#/verify?token=', `#/verify?token=${TOKEN.slice(1)}`]) {
    expect(readMailedLink(cut)).toEqual({ page: 'verify', token: undefined });
  }
});

it('leaves every other fragment alone', () => {
  for (const other of ['', '#content', '#/', '#/tenant', `#/elsewhere?token=${TOKEN}`]) {
    expect(readMailedLink(other)).toBeUndefined();
  }
});
