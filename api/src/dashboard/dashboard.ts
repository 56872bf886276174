import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';

/** Where `npm run build` puts the dashboard, seen from this file in `src/` and in `dist/` alike. */
export const DASHBOARD_DIRECTORY = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url));

/** Addresses that belong to the single-page app: it shows the right page, or its own "not found", for each. */
const PAGE_PREFIXES = [
  '/login',
  '/forgot',
  '/register',
  '/reset',
  '/verify',
  '/invitation',
  '/tenant/*',
  '/member/*',
];

const ONE_YEAR_SECONDS = 31_536_000;

export interface DashboardOptions {
  readonly directory: string;
}

/** Serves the built dashboard; its pages' addresses all answer with the app's one HTML file. */
export const dashboard: FastifyPluginAsync<DashboardOptions> = async (app, { directory }) => {
  if (!existsSync(join(directory, 'index.html'))) {
    app.log.warn({ directory }, 'the dashboard is not built: run "npm run build"');
    return;
  }
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, usage: { tenant: 'platform' } };
    route.schema = { ...route.schema, hide: true };
  });
  await app.register(fastifyStatic, {
    root: directory,
    wildcard: false,
    cacheControl: false,
    setHeaders(response, path) {
      const hashed = path.includes('/assets/');
      response.setHeader(
        'cache-control',
        hashed ? `public, max-age=${ONE_YEAR_SECONDS}, immutable` : 'no-cache',
      );
    },
  });
  for (const url of PAGE_PREFIXES) {
    app.get(url, (_request, reply) => reply.sendFile('index.html'));
  }
};
