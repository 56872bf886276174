/** The pages that a log-in may lead to; the first is where it leads when none was asked for. */
const PAGES = ['/tenant/dashboard/admin/usage'] as const;
export type Page = (typeof PAGES)[number];

export const HOME: Page = PAGES[0];

/**
 * The page to go on to after logging in, from the query parameter `next`. Only a page of this site is taken:
 * anything else would let a crafted link send people elsewhere under our name.
 *
 * @param origin the site's own origin
 */
export function nextPage(next: unknown, origin: string): { page: Page; search: string } {
  const home = { page: HOME, search: '' };
  if (typeof next !== 'string' || !next.startsWith('/') || !URL.canParse(next, origin)) {
    return home;
  }
  const url = new URL(next, origin);
  const page = PAGES.find((candidate) => candidate === url.pathname);
  return url.origin === origin && page !== undefined ? { page, search: url.search } : home;
}
