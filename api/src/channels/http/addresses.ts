/*
 * To which addresses we go for somebody else. A tenant names the host of a webhook and a browser that of its push service:
 * neither may make us ask a machine that only we can reach. What counts is the address that is connected to, so it is
 * judged when the name is resolved for the connection, and not before.
 */
import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Not of the public Internet (IANA, "IPv4 Special-Purpose Address Registry"), multicast with them. */
const SPECIAL_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const;
/** All that is given out of IPv6, but for documentation and for ways through which an IPv4 address could be meant. */
const GLOBAL_IPV6 = ['2000::', 3] as const;
const SPECIAL_IPV6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const;
const IPV4 = 4;

const special = new BlockList();
for (const [network, bits] of SPECIAL_IPV4) {
  special.addSubnet(network, bits, 'ipv4');
}
for (const [network, bits] of SPECIAL_IPV6) {
  special.addSubnet(network, bits, 'ipv6');
}
const global6 = new BlockList();
global6.addSubnet(...GLOBAL_IPV6, 'ipv6');

/** Whether an IP address is one of the public Internet. */
export function isPublicAddress(address: string): boolean {
  return isIP(address) === IPV4
    ? !special.check(address, 'ipv4')
    : isIP(address) !== 0 && global6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

/** A host that nobody may send us to. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';

  constructor(host: string) {
    super(`${host} is not a host of the public Internet.`);
  }
}

/** Whether a host that is written as an address is one of the public Internet; names are judged when they are resolved. */
export function mayBePublic(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(address) === 0
    ? /\.[a-z]/i.test(hostname) && !/\.(?:local|localhost|internal)\.?$/i.test(hostname)
    : isPublicAddress(address);
}

/** Resolves names as Node does, and fails when any address is not of the public Internet. */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    if (error !== null || first === undefined) {
      callback(error ?? new Error(`${hostname} has no address.`), '');
    } else if (!addresses.every(({ address }) => isPublicAddress(address))) {
      callback(new PrivateAddressError(hostname), '');
    } else if (options.all === true) {
      callback(null, addresses);
    } else {
      callback(null, first.address, first.family);
    }
  });
};
