import { isIP } from 'node:net';

const IPV6 = 6;
const IPV6_GROUPS = 8;
/** Half an address: what a provider hands to one customer, who has all the addresses in it. */
const NETWORK_GROUPS = 4;
const HEXADECIMAL = 16;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Whom a network address stands for: an IPv4 address for itself, an IPv6 address for its /64. */
export function subscriberOf(address: string): string {
  if (isIP(address) !== IPV6) {
    return address;
  }
  const mapped = MAPPED_IPV4.exec(address)?.[1];
  if (mapped !== undefined) {
    return mapped;
  }
  const [whole = ''] = address.split('%');
  const [before = [], after = []] = whole.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: IPV6_GROUPS - before.length - after.length }, () => '0');
  const groups = whole.includes('::') ? [...before, ...zeros, ...after] : before;
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => Number.parseInt(group, HEXADECIMAL));
  return `${network.map((group) => group.toString(HEXADECIMAL)).join(':')}::/64`;
}
