import { isIPv4, isIPv6 } from 'node:net';

const IPV6_GROUPS = 8;
/** /48: the site, without its subnets and hosts. */
const KEPT_IPV6_GROUPS = 3;
const MAPPED_MARK_AT = 5;
const MAPPED_MARK = 0xffff;

/** What was asked lately: the same clients come again and again. */
const known = new Map<string, string>();
const MAXIMUM_KNOWN = 4_096;

/**
 * The network that an address belongs to: IPv4 to /24 (`203.0.113.0/24`), IPv6 to /48 (`2001:db8:7::/48`), an IPv4
 * address in IPv6 notation as IPv4.
 *
 * @param address as a connection has it; a zone (`%eth0`) is dropped
 * @returns empty for anything that is not an address
 */
export function networkOf(address: string): string {
  const before = known.get(address);
  if (before !== undefined) {
    return before;
  }
  const network = findNetwork(address);
  if (known.size >= MAXIMUM_KNOWN) {
    known.clear();
  }
  known.set(address, network);
  return network;
}

function findNetwork(address: string): string {
  if (isIPv4(address)) {
    return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
  }
  if (!isIPv6(address)) {
    return '';
  }
  const [plain = ''] = address.split('%', 1);
  const groups = groupsOf(plain);
  if (isMappedIPv4(groups)) {
    const [high = 0, low = 0] = groups.slice(-2);
    return `${high >> 8}.${high & 0xff}.${low >> 8}.0/24`;
  }
  const kept = groups.slice(0, KEPT_IPV6_GROUPS);
  while (kept.at(-1) === 0) {
    kept.pop();
  }
  return `${kept.map((group) => group.toString(16)).join(':')}::/48`;
}

/** ::ffff:0:0/96 */
function isMappedIPv4(groups: readonly number[]): boolean {
  return (
    groups[MAPPED_MARK_AT] === MAPPED_MARK && groups.slice(0, MAPPED_MARK_AT).every((group) => group === 0)
  );
}

/** The eight numbers of a valid IPv6 address without a zone. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const first = numbersOf(head);
  if (tail === undefined) {
    return first;
  }
  const last = numbersOf(tail);
  return [...first, ...Array<number>(IPV6_GROUPS - first.length - last.length).fill(0), ...last];
}

function numbersOf(text: string): number[] {
  if (text === '') {
    return [];
  }
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) {
      return [Number.parseInt(group, 16)];
    }
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
