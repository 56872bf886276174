import { mount } from 'svelte';
import App from './App.svelte';
import { Accounts } from './account/accounts.ts';
import { takeMailedLink } from './account/mailed-link.ts';
import { anonymousClient, authorisedClient } from './api/client.ts';
import './design/tokens.css';
import './design/base.css';
import { Wording } from './i18n/wording.svelte.ts';
import { Session } from './session/session.svelte.ts';
import { Theme } from './theme/theme.svelte.ts';

const target = document.getElementById('app');
if (target === null) {
  throw new Error('index.html has no element with the id "app" to put the dashboard into.');
}

const mailedLink = takeMailedLink();
const anonymous = anonymousClient();
const session = new Session(anonymous);
const context = {
  session,
  api: authorisedClient(session),
  accounts: new Accounts(anonymous),
  mailedLink,
  wording: new Wording(),
  theme: new Theme(),
};

mount(App, { target, props: { context } });
void session.begin();
