import { createRouter } from 'sv-router';
import MembersOnly from './session/MembersOnly.svelte';
import NotFoundPage from './shell/NotFoundPage.svelte';
import Splash from './shell/Splash.svelte';

declare module 'sv-router' {
  interface RouteMeta {
    /** Whoever is not logged in is sent to log in first. */
    membersOnly?: boolean;
  }
}

export const { navigate, route } = createRouter({
  // There is one page so far, so the bare address leads there: see App.svelte.
  '/': Splash,
  '/login': () => import('./session/LoginPage.svelte'),
  '/forgot': () => import('./account/ForgotPage.svelte'),
  '/register': () => import('./account/RegisterPage.svelte'),
  // Where mailed links lead: account/mailed-link.ts.
  '/reset': () => import('./account/ResetPage.svelte'),
  '/verify': () => import('./account/VerifyPage.svelte'),
  '/invitation': () => import('./account/InvitationPage.svelte'),
  '/tenant': {
    '/dashboard/admin/usage': () => import('./usage/UsagePage.svelte'),
    layout: MembersOnly,
    meta: { membersOnly: true },
  },
  '*notFound': NotFoundPage,
});
