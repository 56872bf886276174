import { createContext } from 'svelte';
import type { ApiClient } from './api/client.ts';
import type { Wording } from './i18n/wording.svelte.ts';
import type { Session } from './session/session.svelte.ts';
import type { Theme } from './theme/theme.svelte.ts';

/** What every component may ask for; made once, in `main.ts`. */
export interface AppContext {
  readonly session: Session;
  /** Sends the access token along. */
  readonly api: ApiClient;
  readonly wording: Wording;
  readonly theme: Theme;
}

export const [appContext, provideAppContext] = createContext<AppContext>();
