/** The first that a User-Agent contains is the browser: those that pretend to be another come before it. */
const BROWSERS: readonly (readonly [mark: string, name: string])[] = [
  ['Edg', 'Edge'],
  ['OPR/', 'Opera'],
  ['SamsungBrowser/', 'Samsung Internet'],
  ['Firefox/', 'Firefox'],
  ['FxiOS/', 'Firefox'],
  ['CriOS/', 'Chrome'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
  ['curl/', 'curl'],
  ['k6/', 'k6'],
];

const SYSTEMS: readonly (readonly [mark: string, name: string])[] = [
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Android', 'Android'],
  ['Windows', 'Windows'],
  ['Mac OS X', 'macOS'],
  ['CrOS', 'ChromeOS'],
  ['Linux', 'Linux'],
];

const UNKNOWN_DEVICE = 'Unknown device';

/**
 * A device in words that its owner knows it by, `Firefox on Linux`. Of the User-Agent nothing else is kept: versions
 * would make the same device a new one every few weeks.
 */
export function deviceOf(userAgent: string | undefined): string {
  const browser = named(BROWSERS, userAgent);
  const system = named(SYSTEMS, userAgent);
  if (browser !== undefined && system !== undefined) {
    return `${browser} on ${system}`;
  }
  return browser ?? system ?? UNKNOWN_DEVICE;
}

function named(
  names: readonly (readonly [mark: string, name: string])[],
  userAgent: string | undefined,
): string | undefined {
  return names.find(([mark]) => userAgent?.includes(mark))?.[1];
}
