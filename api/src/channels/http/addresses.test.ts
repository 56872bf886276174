import { expect, it } from 'vitest';
import { isPublicAddress, mayBePublic } from './addresses.ts';

it.each(['8.8.8.8', '1.1.1.1', '172.15.0.1', '172.32.0.1', '2606:4700:4700::1111', '2404:6800:4003:c00::64'])(
  'takes %s for an address of the public Internet',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

it.each([
  '127.0.0.1',
  '127.9.9.9',
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::a00:1',
  '2002:a00:1::',
  '2001:db8::1',
  'fc00::1',
  'fe80::1',
  'ff02::1',
  'not an address',
])('takes %s for none', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

it.each([
  ['hooks.example.com', true],
  ['8.8.8.8', true],
  ['[2606:4700:4700::1111]', true],
  ['localhost', false],
  ['metadata', false],
  ['printer.local', false],
  ['vault.internal', false],
  ['[::1]', false],
  ['127.0.0.1', false],
])('judges the host %s before it is resolved: %s', (host, expected) => {
  // As addresses are written in other ways, too: the parser of URLs makes one of them.
  expect(mayBePublic(new URL(`https://${host}/`).hostname)).toBe(expected);
});

it.each(['http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/'])('sees through %s', (url) => {
  expect(mayBePublic(new URL(url).hostname)).toBe(false);
});
