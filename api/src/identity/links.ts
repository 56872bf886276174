import type { FastifyInstance } from 'fastify';

/** The page of the dashboard that a mail leads to, with the token where one is needed. */
export type LinkTo = (page: 'login' | 'verify' | 'reset' | 'invitation', token?: string) => string;

/** Only where nothing listens: in tests that inject. */
const NOWHERE = 'http://localhost';

/**
 * Makes links for mails. A token is in the fragment, which browsers send to no server and tell no other site.
 *
 * @param publicUrl where people reach the application; undefined: where it listens. Never what a request claims: who
 *   asks for somebody else's link would choose where it leads
 */
export function linksOf(app: FastifyInstance, publicUrl: string | undefined): LinkTo {
  return (page, token) => {
    const base = publicUrl ?? (app.addresses().length > 0 ? app.listeningOrigin : NOWHERE);
    return new URL(`/#/${page}${token === undefined ? '' : `?token=${token}`}`, base).href;
  };
}
