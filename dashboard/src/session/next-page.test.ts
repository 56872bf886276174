import { expect, it } from 'vitest';
import { HOME, nextPage } from './next-page.ts';

const ORIGIN = 'https://usage.example';

it('goes back to the page that asked for a log-in, with its period', () => {
  expect(nextPage(`${HOME}?period=today`, ORIGIN)).toEqual({ page: HOME, search: '?period=today' });
});

it('goes home rather than anywhere else', () => {
  const elsewhere = [
    undefined,
    7,
    '',
    `https://evil.example${HOME}?period=today`,
    `//evil.example${HOME}?period=today`,
    `/\\evil.example${HOME}?period=today`,
    'javascript:alert(1)',
    '/login?next=/login',
    '/',
  ];
  for (const next of elsewhere) {
    expect(nextPage(next, ORIGIN)).toEqual({ page: HOME, search: '' });
  }
});
