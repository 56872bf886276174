import { createContext } from 'svelte';
import type { Accounts } from './account/accounts.ts';
import type { MailedLink } from './account/mailed-link.ts';
import type { ApiClient } from './api/client.ts';
import type { Wording } from './i18n/wording.svelte.ts';
import type { Session } from './session/session.svelte.ts';
import type { Theme } from './theme/theme.svelte.ts';

/** What every component may ask for; made once, in `main.ts`. */
export interface AppContext {
  readonly session: Session;
  /** Sends the access token along. */
  readonly api: ApiClient;
  readonly accounts: Accounts;
  /** What opened the page, when a link in a mail did. */
  readonly mailedLink: MailedLink | undefined;
  readonly wording: Wording;
  readonly theme: Theme;
}

export const [appContext, provideAppContext] = createContext<AppContext>();
