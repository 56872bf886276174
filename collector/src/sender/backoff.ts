/** Full jitter: a random wait below a ceiling that doubles, so that many senders do not come back at once. */
const FIRST_CEILING_MS = 100;
const LAST_CEILING_MS = 10_000;

/** The wait before try number `failures + 1`, in milliseconds. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(LAST_CEILING_MS, FIRST_CEILING_MS * 2 ** Math.min(failures - 1, 30));
  return Math.ceil(random() * ceiling);
}
