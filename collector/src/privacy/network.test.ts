import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkOf } from './network.ts';

describe('the network of an address', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['10.0.0.1', '10.0.0.0/24'],
    ['2001:db8:7:1::5', '2001:db8:7::/48'],
    ['2001:0db8:0007:ffff:1:2:3:4', '2001:db8:7::/48'],
    ['2001:db8::1', '2001:db8::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
    ['::1', '::/48'],
    ['0:0:5::', '0:0:5::/48'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['::FFFF:203.0.113.77', '203.0.113.0/24'],
    ['::ffff:cb00:714d', '203.0.113.0/24'],
    ['0:0:0:0:0:ffff:203.0.113.77', '203.0.113.0/24'],
    ['64:ff9b::203.0.113.77', '64:ff9b::/48'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it.each([
    '',
    'localhost',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.77:80',
    '[::1]',
    '1::2::3',
    ':',
    '/run/s',
  ])('of "%s" is unknown', (address) => {
    expect(networkOf(address)).toBe('');
  });

  it('never has more than 24 bits of IPv4, or 48 of IPv6', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(networkOf(address)).toMatch(/^\d+\.\d+\.\d+\.0\/24$/);
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(networkOf(address)).toMatch(
          /^(([0-9a-f]{1,4}(:[0-9a-f]{1,4}){0,2})?::\/48|\d+\.\d+\.\d+\.0\/24)$/,
        );
      }),
    );
  });
});
