/** The pages that links in mails lead to, each by a fragment of its name. */
const PAGES = ['login', 'verify', 'reset', 'invitation'] as const;
/** As long as the server makes them: a link that was cut is told from one that was used. */
const TOKEN = /^[\w-]{43}$/;

/** What a link in a mail asks for. */
export interface MailedLink {
  readonly page: (typeof PAGES)[number];
  /** Undefined when the link has none, or not the whole of it. */
  readonly token: string | undefined;
}

/**
 * Reads a link that came by mail.
 *
 * @param fragment of the address: `#/reset?token=…`
 * @returns undefined when it is none
 */
export function readMailedLink(fragment: string): MailedLink | undefined {
  const [path, query] = fragment.split('?', 2);
  const page = PAGES.find((name) => path === `#/${name}`);
  const token = new URLSearchParams(query).get('token') ?? '';
  return page && { page, token: TOKEN.test(token) ? token : undefined };
}

/**
 * Takes the link that opened this page out of the address bar and the history, where others could read its token, and
 * puts the plain address of its page there. To be called before anything else looks at the address.
 */
export function takeMailedLink(): MailedLink | undefined {
  const link = readMailedLink(location.hash);
  if (link !== undefined) {
    history.replaceState(null, '', `/${link.page}`);
  }
  return link;
}
