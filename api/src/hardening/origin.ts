import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { problem } from '../errors/problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Requests from pages of any origin are taken: the route believes nothing that a browser adds by itself. */
    anyOrigin?: true;
  }
}

export interface OriginOptions {
  /** Where people reach the application, as they type it; for proxies that do not hand the host on. */
  readonly publicUrl: string | undefined;
  /** The cookie that somebody is known by. */
  readonly sessionCookie: string;
}

/** RFC 9110, 9.2.1: they change nothing. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
/** Sec-Fetch-Site of a request that our own page makes, or the person at the address bar. No script can set it. */
const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none']);

/**
 * Refuses what another site's page makes a browser send: a request that changes something, or opens a socket, must come
 * from our own origin. Browsers say where a request is from; programs do not, and are let through as long as they carry
 * no session cookie, which only a browser adds unasked.
 */
export const originCheck = fastifyPlugin(
  async (app: FastifyInstance, { publicUrl, sessionCookie }: OriginOptions) => {
    const publicOrigin = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
    const carriesSession = new RegExp(`(?:^|;\\s*)${sessionCookie}=`);
    app.addHook('onRequest', function checkOrigin(request, _reply, done) {
      if (changesNothing(request) || request.routeOptions.config.anyOrigin === true) {
        done();
        return;
      }
      const { origin, cookie, 'sec-fetch-site': site } = request.headers;
      const known = origin !== undefined || site !== undefined;
      const ours = known
        ? (origin !== undefined && (origin === publicOrigin || hostOf(origin) === request.host)) ||
          (typeof site === 'string' && OWN_SITES.has(site))
        : !carriesSession.test(cookie ?? '');
      done(ours ? undefined : problem('origin-refused'));
    });
  },
  { name: 'origin-check' },
);

/** True for a method that changes nothing by its definition. */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

function changesNothing({ method, headers }: FastifyRequest): boolean {
  return isSafeMethod(method) && headers.upgrade === undefined;
}

/** Host and port of an origin; undefined for `null` and whatever is none. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
