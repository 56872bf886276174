import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { CONTENT_SECURITY_POLICY } from '../hardening/headers.ts';
import { completeDocument } from './document.ts';
import { describeOperation } from './operation.ts';

/** Of the one style sheet that the page's own script writes into it; the browser names another when it has changed. */
const PAGE_STYLE_HASH = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='";
const API_DOCS_PREFIX = '/api-docs';

/** The OpenAPI document, gathered from the routes' schemas, and its page at `/api-docs`. Register before any route. */
export const openapi = fastifyPlugin(async (app: FastifyInstance, { version }: { version: string }) => {
  app.addHook('onRoute', describeOperation);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Riwayat',
        version,
        description:
          'Usage observability for multi-tenant SaaS: every request recorded, each tenant’s usage live.',
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: '/', description: 'Where this document comes from' }],
      tags: [
        { name: 'identity', description: 'Log in, stay logged in, log out' },
        { name: 'account', description: 'What belongs to the person who is logged in' },
        { name: 'tutoring', description: 'The observed application’s public pages' },
        { name: 'materials', description: 'PDFs that teachers publish for learners' },
        { name: 'files', description: 'Downloads of what was uploaded' },
        { name: 'pages', description: 'Pages of a tenant’s site: read, written, previewed, published' },
        { name: 'usage', description: 'What a tenant used' },
        { name: 'billing', description: 'What usage costs: budget, invoices, payments, plans' },
        { name: 'ingest', description: 'For other applications, by API key' },
        { name: 'payments', description: 'How a tenant pays its invoices' },
        { name: 'plans', description: 'What there is to choose from, and at which prices' },
        { name: 'contracts', description: 'What a tenant has agreed to: plans from a day on, and discounts' },
        { name: 'plan changes', description: 'From one plan to another: asked for, reviewed, in effect' },
        { name: 'data export', description: 'A copy of what a tenant has here' },
        { name: 'people', description: 'Who belongs to a tenant, and who is invited to' },
        { name: 'keys', description: 'Keys that other applications send their records with' },
        { name: 'platform', description: 'For those who run the platform' },
        { name: 'jobs', description: 'What is done in the background, and what was given up' },
        { name: 'audit', description: 'Who did what, and when' },
        { name: 'privacy', description: 'What is kept of people, and for how long' },
        { name: 'ledger', description: 'Whether everything that was taken in is stored' },
        { name: 'alerts', description: 'Rules, what became of them, silences, and who is told' },
        { name: 'notifications', description: 'By what people are told, and what was sent' },
        { name: 'webhooks', description: 'Events to the tenant’s own applications, and from providers' },
        { name: 'reports', description: 'Usage by mail: how it looks, and who wants it' },
        { name: 'operations', description: 'For load balancers and monitoring' },
      ],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key, rwy_…' },
          refreshCookie: { type: 'apiKey', in: 'cookie', name: 'riwayat_refresh' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: completeDocument,
  });
  await app.register(async (scope) => {
    // The page's own files are the product's, not a tenant's usage.
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, usage: { tenant: 'platform' } };
    });
    await scope.register(swaggerUi, {
      routePrefix: API_DOCS_PREFIX,
      staticCSP: {
        ...CONTENT_SECURITY_POLICY,
        'style-src': [...CONTENT_SECURITY_POLICY['style-src'], PAGE_STYLE_HASH],
      },
    });
  });
});
